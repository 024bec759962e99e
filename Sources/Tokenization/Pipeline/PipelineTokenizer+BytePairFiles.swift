import JSON

extension PipelineTokenizer {
  /// Loads `tokenizer.json` from a model's directory, or where there is none the SentencePiece file of a
  /// family, or else RoBERTa's `vocab.json` and `merges.txt`.
  ///
  /// - Parameter family: Whose SentencePiece file may be there.
  /// - Throws: `TokenizerError`.
  public init(directory: String, pieces family: SentencePieceFamily? = nil) throws {
    let path = "\(directory)/\(Self.fileName)"
    let vocabulary = "\(directory)/vocab.json"
    if let family, !TokenizerFile.exists(path), !TokenizerFile.exists(vocabulary) {
      try self.init(pieces: "\(directory)/\(family.fileName)", of: family)
      return
    }
    guard !TokenizerFile.exists(path), TokenizerFile.exists(vocabulary) else {
      try self.init(path: path)
      return
    }
    try self.init(vocabulary: vocabulary, merges: "\(directory)/merges.txt", directory: directory)
  }

  /// A byte-level BPE with RoBERTa's special tokens, as far as the vocabulary has them.
  ///
  /// `add_prefix_space` is read from `tokenizer_config.json`; it is false as a rule.
  private init(vocabulary: String, merges: String, directory: String) throws {
    let more = "\(directory)/added_tokens.json"
    guard !TokenizerFile.exists(more) else {
      throw TokenizerError.malformed(
        path: more, reason: "expected no tokens added to those of vocab.json, found this file")
    }
    let value = try Self.json(
      try TokenizerFile.bytes(
        of: vocabulary, expected: "a BPE vocabulary", limit: Self.maximumByteCount),
      path: vocabulary, expected: "JSON")
    let pieces = try FileValue(value: value, place: "", file: vocabulary).numberedPieces()
    let lines = try Self.lines(of: merges)
    var reader = MergeReader(pieces, continuation: [], count: lines.count)
    for (number, line) in lines where !line.hasPrefix("#version") {
      if let flaw = reader.add(line) {
        throw TokenizerError.malformed(
          path: merges,
          reason: "line \(number): expected \(flaw.expected), found \(flaw.found)")
      }
    }
    let added = Self.robertaTokens.compactMap { name in
      pieces.token(for: name).map {
        AddedToken(
          token: SpecialToken(name, id: $0, stripsLeft: name == "<mask>"), isNormalized: false)
      }
    }
    let prefixes = try Self.setting("add_prefix_space", directory: directory)
    let parts = Parts(
      preTokenizer: .byteLevel(addsPrefixSpace: prefixes, splitsWords: true),
      model: BytePairModel(pieces, merges: reader.merges, settings: .init()), addedTokens: added,
      decoder: .byteLevel)
    var template = SpecialTokenTemplate.bare
    if let start = pieces.token(for: "<s>"), let end = pieces.token(for: "</s>") {
      template = .roberta(start: start, end: end)
    }
    self.init(parts, template: template)
  }

  private static let robertaTokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]

  /// The lines of a file and their numbers, but for an empty one at its end.
  private static func lines(of path: String) throws -> [(number: Int, text: String)] {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "the merges of a BPE", limit: maximumByteCount)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TokenizerError.malformed(path: path, reason: "expected UTF-8, found something else")
    }
    // By bytes: a carriage return and a line feed are one character.
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line in
      let line = line.last == 0x0D ? line.dropLast() : line
      guard !line.isEmpty || index < lines.count - 1 else { return nil }
      return (index + 1, String(text[line.startIndex..<line.endIndex]))
    }
  }

  /// A flag in a directory's `tokenizer_config.json`; false without it.
  static func setting(_ name: String, directory: String) throws -> Bool {
    let path = "\(directory)/tokenizer_config.json"
    guard TokenizerFile.exists(path) else { return false }
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a tokenizer's settings", limit: maximumByteCount)
    let settings = FileValue(
      value: try json(bytes, path: path, expected: "JSON"), place: "", file: path)
    return try settings.flag(name, or: false)
  }
}
