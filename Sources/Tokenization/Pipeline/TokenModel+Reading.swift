import JSON

extension FileValue {
  /// The model that a file describes.
  func tokenModel() throws -> any TokenModel {
    switch try modelType() {
    case "WordPiece": return try wordPiece()
    case "BPE": return try bytePair()
    case "Unigram": return try unigram()
    case let other:
      throw try member("type").failure(
        expected: "WordPiece, BPE or Unigram", found: "\"\(other.prefix(60))\"")
    }
  }

  /// The word under `type`, or what older files without it can only be.
  private func modelType() throws -> String {
    if let type = optional("type") { return try type.string() }
    if value["merges"] != nil { return "BPE" }
    if value["unk_id"] != nil { return "Unigram" }
    if value["continuing_subword_prefix"] != nil { return "WordPiece" }
    return try member("type").string()
  }

  private func wordPiece() throws -> WordPieceModel {
    try checkKeys([
      "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab",
    ])
    let pieces = try member("vocab").numberedPieces()
    return WordPieceModel(
      pieces, unknown: try member("unk_token").token(among: pieces),
      continuation: Array((try optional("continuing_subword_prefix")?.string() ?? "##").utf8),
      maximumWordLength: try optional("max_input_chars_per_word")?.int(in: 0...1_000_000) ?? 100)
  }

  private func unigram() throws -> UnigramModel {
    try checkKeys(["type", "unk_id", "vocab", "byte_fallback"])
    let list = try member("vocab")
    guard let entries = list.value.array else { throw list.failure(expected: "an array") }
    var pieces = PieceTable()
    var scores: [Double] = []
    scores.reserveCapacity(entries.count)
    for (token, entry) in entries.enumerated() {
      let place = FileValue(value: entry, place: "\(list.place)[\(token)]", file: file)
      guard let pair = entry.array, pair.count == 2, let piece = pair[0].string,
        let score = pair[1].double
      else {
        throw place.failure(expected: "a piece and its score")
      }
      if let flaw = pieces.insert(piece, token: token) {
        throw place.failure(expected: flaw.expected, found: flaw.found)
      }
      scores.append(score)
    }
    guard !scores.isEmpty else { throw list.failure(expected: "pieces", found: "none") }
    return UnigramModel(
      pieces, scores: scores,
      unknown: TokenID(try member("unk_id").int(in: 0...(scores.count - 1))),
      fallsBackToBytes: try flag("byte_fallback", or: false))
  }

  private func bytePair() throws -> BytePairModel {
    try checkKeys([
      "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
      "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges",
    ])
    if let dropout = optional("dropout"), dropout.value.double != 0 {
      throw dropout.failure(expected: "none, as a text's tokens must not differ from time to time,")
    }
    let pieces = try member("vocab").numberedPieces()
    var settings = BytePairModel.Settings()
    if let unknown = optional("unk_token"), unknown.value.string != "" {
      settings.unknown = try unknown.token(among: pieces)
    }
    settings.fusesUnknown = try flag("fuse_unk", or: false)
    settings.fallsBackToBytes = try flag("byte_fallback", or: false)
    settings.takesWholeWords = try flag("ignore_merges", or: false)
    settings.continuation = Array((try optional("continuing_subword_prefix")?.string() ?? "").utf8)
    settings.ending = Array((try optional("end_of_word_suffix")?.string() ?? "").utf8)
    let merges = try member("merges").merges(of: pieces, continuation: settings.continuation)
    return BytePairModel(pieces, merges: merges, settings: settings)
  }

  /// Pieces by their tokens, as an object has them.
  func numberedPieces() throws -> PieceTable {
    guard let members = value.object else { throw failure(expected: "an object") }
    var pieces = PieceTable()
    for (piece, number) in members {
      guard let token = number.int else {
        throw FileValue(value: number, place: "\(place).\(piece.prefix(40))", file: file)
          .failure(expected: "a token's number")
      }
      if let flaw = pieces.insert(piece, token: token) {
        throw FileValue(value: number, place: "\(place).\(piece.prefix(40))", file: file)
          .failure(expected: flaw.expected, found: flaw.found)
      }
    }
    guard pieces.count > 0 else { throw failure(expected: "pieces", found: "none") }
    return pieces
  }

  /// Merges, each `"a b"` or `["a", "b"]`, the earliest first.
  private func merges(
    of pieces: PieceTable, continuation: [UInt8]
  ) throws -> [UInt64: BytePairModel.Merge] {
    guard let entries = value.array else { throw failure(expected: "an array") }
    var merges = MergeReader(pieces, continuation: continuation, count: entries.count)
    for (rank, entry) in entries.enumerated() {
      let flaw: MergeReader.Flaw?
      if let text = entry.string {
        flaw = merges.add(text)
      } else if let pair = entry.array, pair.count == 2, let left = pair[0].string,
        let right = pair[1].string
      {
        flaw = merges.add(left, right)
      } else {
        flaw = (expected: "two pieces", found: entry.kind)
      }
      if let flaw {
        throw FileValue(value: entry, place: "\(place)[\(rank)]", file: file)
          .failure(expected: flaw.expected, found: flaw.found)
      }
    }
    return merges.merges
  }

  /// The token of the piece that is named here.
  fileprivate func token(among pieces: PieceTable) throws -> TokenID {
    let piece = try string()
    guard let token = pieces.token(for: piece) else {
      throw failure(expected: "a piece of the vocabulary")
    }
    return token
  }
}

/// Collects merges, each a rank later than the one before.
struct MergeReader {
  typealias Flaw = (expected: String, found: String)

  private(set) var merges: [UInt64: BytePairModel.Merge] = [:]
  private let pieces: PieceTable
  private let continuation: [UInt8]
  private var rank: UInt32 = 0

  init(_ pieces: PieceTable, continuation: [UInt8], count: Int) {
    self.pieces = pieces
    self.continuation = continuation
    merges.reserveCapacity(count)
  }

  /// Adds the merge of two pieces with a space between them.
  mutating func add(_ text: String) -> Flaw? {
    let parts = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      return ("two pieces with a space between them", "\"\(text.prefix(60))\"")
    }
    return add(
      String(text[parts[0].startIndex..<parts[0].endIndex]),
      String(text[parts[1].startIndex..<parts[1].endIndex]))
  }

  /// Adds a merge.
  mutating func add(_ left: String, _ right: String) -> Flaw? {
    let joined: String
    if continuation.isEmpty {
      joined = left + right
    } else {
      // The source cuts off as many bytes, whatever they are.
      let rest = Array(right.utf8.dropFirst(continuation.count))
      guard right.utf8.count >= continuation.count,
        let text = String(validating: rest, as: UTF8.self)
      else { return ("a piece that continues a word", "\"\(right.prefix(60))\"") }
      joined = left + text
    }
    var tokens: [TokenID] = []
    for piece in [left, right, joined] {
      guard let token = pieces.token(for: piece) else {
        return ("pieces of the vocabulary", "\"\(piece.prefix(60))\"")
      }
      tokens.append(token)
    }
    // Of two equal pairs the later counts, as in the source.
    merges[BytePairModel.pair(tokens[0], tokens[1])] = BytePairModel.Merge(
      rank: rank, token: tokens[2])
    rank += 1
    return nil
  }
}
