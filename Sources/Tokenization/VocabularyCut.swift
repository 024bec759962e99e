/// A vocabulary that keeps some of the pieces of another, in their order.
///
/// A text whose pieces are all kept has the same pieces as before, and every other text still has some:
/// pieces of one character are always kept.
package struct VocabularyCut: Sendable {
  /// What the vocabulary's file is called in a model directory.
  package let fileName: String
  /// The file.
  package let bytes: [UInt8]
  /// The token that each new one was: the rows of an embedding to keep, in order.
  package let tokens: [TokenID]

  /// The new token of each old one that is kept.
  package var newTokens: [TokenID: TokenID] {
    Dictionary(
      zip(tokens, tokens.indices.map(TokenID.init)), uniquingKeysWith: { first, _ in first })
  }
}

extension VocabularyCut {
  /// Cuts a `spiece.model`, and keeps scores, normalisation and all pieces that are not plain text.
  ///
  /// - Parameters:
  ///   - extraIDs: How many tokens follow the pieces; all are kept.
  ///   - kept: Tokens to keep.
  /// - Throws: `TokenizerError`; `malformed` also for a model that is no unigram model, whose pieces
  ///   are made of others.
  package init(
    sentencePieceModel path: String, extraIDs: Int, keeping kept: Set<TokenID>
  ) throws {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a SentencePiece model",
      limit: SentencePieceModelFile.maximumByteCount)
    let file = try SentencePieceModelFile(bytes, path: path)
    guard try file.isUnigram else {
      throw TokenizerError.malformed(path: path, reason: "expected a unigram model, found another")
    }
    // The library scores unknown characters by the least score of a plain piece, and user-defined
    // pieces by the greatest: both stay as they are.
    let plain = file.pieces.indices.filter { file.pieces[$0].type == .normal }
    let extremes = [
      plain.min { file.pieces[$0].score < file.pieces[$1].score },
      plain.max { file.pieces[$0].score < file.pieces[$1].score },
    ]
    let pieces = file.pieces.indices.filter { id in
      file.pieces[id].type != .normal || kept.contains(TokenID(id)) || extremes.contains(id)
        || isOneCharacter(String(decoding: file.pieces[id].text, as: UTF8.self))
    }
    fileName = "spiece.model"
    self.bytes = try file.keeping(pieces)
    tokens = (pieces + (0..<extraIDs).map { file.pieces.count + $0 }).map(TokenID.init)
  }

  /// Cuts a `vocab.txt`, and keeps its control pieces.
  ///
  /// - Parameter kept: Tokens to keep.
  package init(_ tokenizer: WordPieceTokenizer, keeping kept: Set<TokenID>) {
    let marker = WordPieceVocabulary.continuation
    var lines: [String] = []
    var tokens: [TokenID] = []
    for token in 0..<TokenID(tokenizer.vocabularySize) {
      guard let piece = tokenizer.piece(for: token), !piece.isEmpty else { continue }
      let text = piece.hasPrefix(marker) ? String(piece.dropFirst(marker.count)) : piece
      guard
        kept.contains(token) || tokenizer.isControl(token) || isOneCharacter(text)
          || isOneCharacter(piece)
      else { continue }
      lines.append(piece)
      tokens.append(token)
    }
    fileName = "vocab.txt"
    bytes = Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    self.tokens = tokens
  }
}

private func isOneCharacter(_ text: String) -> Bool { text.unicodeScalars.count == 1 }

extension SentencePieceModelFile {
  /// Numbers of fields in sentencepiece_model.proto.
  private enum Field {
    static let pieces = 1
    static let trainerSettings = 2
    static let modelType = 3
    static let vocabularySize = 4
    /// unk_id, bos_id, eos_id and pad_id.
    static let controlIDs = 40...43
  }

  /// Whether pieces are chosen by their scores alone; that is also the default.
  fileprivate var isUnigram: Bool {
    get throws {
      guard let settings = trainerSettings else { return true }
      var reader = ProtobufReader(bytes, in: settings)
      while let field = try reader.next() {
        if field.number == Field.modelType, case .varint(let type) = field.value {
          return type == 1
        }
      }
      return true
    }
  }

  /// The file with some pieces only; all else in it is copied, but for what counts and numbers pieces.
  ///
  /// - Parameter kept: In ascending order.
  fileprivate func keeping(_ kept: [Int]) throws -> [UInt8] {
    let newIDs = Dictionary(
      zip(kept, kept.indices), uniquingKeysWith: { first, _ in first })
    var writer = ProtobufWriter()
    var reader = ProtobufReader(bytes, in: 0..<bytes.count)
    var piece = 0
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (Field.pieces, _):
        if newIDs[piece] != nil { writer.copy(field, of: bytes) }
        piece += 1
      case (Field.trainerSettings, .bytes(let range)):
        writer.write(
          try settings(range, count: kept.count, newIDs: newIDs), in: Field.trainerSettings)
      default: writer.copy(field, of: bytes)
      }
    }
    return writer.bytes
  }

  private func settings(
    _ range: Range<Int>, count: Int, newIDs: [Int: Int]
  ) throws -> [UInt8] {
    var writer = ProtobufWriter()
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (Field.vocabularySize, _): writer.write(UInt64(count), in: field.number)
      case (Field.controlIDs, .varint(let id)):
        // −1, where there is none, is no number of a piece and stays.
        let newID = Int(exactly: id).flatMap { newIDs[$0] }
        writer.write(newID.map(UInt64.init) ?? id, in: field.number)
      default: writer.copy(field, of: bytes)
      }
    }
    return writer.bytes
  }
}
