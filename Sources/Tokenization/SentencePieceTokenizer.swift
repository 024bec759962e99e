/// T5's tokenizer: a SentencePiece model, and the extra ids that T5 adds beside it.
///
/// T5 numbers its sentinels downwards from the end of the vocabulary: `<extra_id_n>` is
/// pieces + extra ids − 1 − n. The model file knows nothing of them.
///
/// A class because it owns a C++ object. `@unchecked Sendable` stands on the library's author's word
/// that encoding with a loaded model is thread-safe (google/sentencepiece, issues 207 and 657);
/// nothing here changes the model after loading.
public final class SentencePieceTokenizer: Tokenizer, @unchecked Sendable {
  /// The number of pieces in the model file, without the extra ids.
  public let pieceCount: Int
  /// The number of `<extra_id_n>` tokens after the pieces.
  public let extraIDs: Int
  /// The token of unknown text.
  public let unknownToken: TokenID
  /// The token that ends a text, `</s>`; nil if the model has none.
  public let endToken: TokenID?
  /// The token that fills up a text, `<pad>`; nil if the model has none.
  public let paddingToken: TokenID?

  private let handle: SentencePieceHandle
  private let recognizer: RecognizingEncoder

  /// The number of pieces and extra ids together.
  ///
  /// T5's embedding table has more rows than that (32,128 for 32,100).
  public var vocabularySize: Int { pieceCount + extraIDs }

  /// Loads a model file.
  ///
  /// - Parameters:
  ///   - path: A `spiece.model`.
  ///   - extraIDs: How many `<extra_id_n>` follow the pieces: 100 for T5, 0 for mT5 and UMT5.
  ///   - specialTokens: What `.recognized` finds in a text; by default the model's padding, end and
  ///     unknown pieces and all extra ids, none of which takes white space with it.
  /// - Throws: `TokenizerError`.
  public convenience init(
    path: String, extraIDs: Int, specialTokens: [SpecialToken]? = nil
  ) throws {
    let bytes = try TokenizerFile.bytes(
      of: path, expected: "a SentencePiece model",
      limit: SentencePieceModelFile.maximumByteCount)
    try self.init(bytes: bytes, path: path, extraIDs: extraIDs, specialTokens: specialTokens)
  }

  /// Loads a model from memory; `path` is only named in errors.
  package convenience init(
    bytes: [UInt8], path: String, extraIDs: Int, specialTokens: [SpecialToken]? = nil
  ) throws {
    let file = try SentencePieceModelFile(bytes, path: path)
    try self.init(file: file, path: path, extraIDs: extraIDs, specialTokens: specialTokens)
  }

  init(
    file: SentencePieceModelFile, path: String, extraIDs: Int, specialTokens: [SpecialToken]?
  ) throws {
    guard (0...Self.maximumExtraIDs).contains(extraIDs) else {
      throw TokenizerError.malformed(
        path: path, reason: "expected 0...\(Self.maximumExtraIDs) extra ids, found \(extraIDs)")
    }
    let handle = try SentencePieceHandle(file.bytes, path: path)
    let pieceCount = handle.pieceCount
    guard pieceCount == file.pieces.count, handle.unknownID == TokenID(file.unknownID) else {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected \(file.pieces.count) pieces with the unknown one at \(file.unknownID), "
          + "found \(pieceCount) and \(handle.unknownID) after loading")
    }
    let collision = file.pieces.first { piece in
      guard piece.text.first == UInt8(ascii: "<"),
        let text = String(validating: piece.text, as: UTF8.self)
      else { return false }
      return Self.extraNumber(of: text).map { $0 < extraIDs } ?? false
    }
    if let collision {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected no \(String(decoding: collision.text, as: UTF8.self)) among the pieces, "
          + "as \(extraIDs) extra ids follow them, found it")
    }
    let end = handle.endID
    let padding = handle.paddingID
    let named = [padding, end, handle.unknownID].compactMap { id in
      handle.piece(id).map { SpecialToken($0, id: id) }
    }
    let sentinels = (0..<extraIDs).map {
      SpecialToken("<extra_id_\($0)>", id: TokenID(pieceCount + extraIDs - 1 - $0))
    }
    if let stray = specialTokens?.first(where: { $0.id < 0 || $0.id >= pieceCount + extraIDs }) {
      throw TokenizerError.malformed(
        path: path,
        reason: "expected special tokens below \(pieceCount + extraIDs), "
          + "found \(stray.text) at \(stray.id)")
    }
    recognizer = RecognizingEncoder(
      file: file, extraIDs: extraIDs, specialTokens: specialTokens ?? named + sentinels, path: path)
    unknownToken = handle.unknownID
    endToken = end < 0 ? nil : end
    paddingToken = padding < 0 ? nil : padding
    self.pieceCount = pieceCount
    self.extraIDs = extraIDs
    self.handle = handle
  }

  /// More than any published model has.
  private static let maximumExtraIDs = 100_000

  /// The tokens of a text, without `</s>` at its end.
  ///
  /// `.literal` gives what SentencePiece gives, `.recognized` what Hugging Face's fast T5 tokenizer
  /// gives.
  public func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    var text = text
    switch specialTokens {
    case .literal:
      return text.withUTF8 { bytes in
        var tokens: [TokenID] = []
        handle.encode(bytes, into: &tokens)
        return tokens
      }
    case .recognized:
      return text.withUTF8(recognizer.encode)
    }
  }

  /// The text of some tokens; control pieces, extra ids and what is out of range are left out.
  public func decode(_ tokens: [TokenID]) -> String {
    handle.decode(
      tokens.filter { (0..<TokenID(pieceCount)).contains($0) && !handle.isControl($0) })
  }

  /// The token of a piece or of an extra id; nil if the model has no such piece.
  public func token(for piece: String) -> TokenID? {
    if let number = Self.extraNumber(of: piece), number < extraIDs {
      return TokenID(pieceCount + extraIDs - 1 - number)
    }
    let id = handle.id(of: piece)
    guard id >= 0, id != unknownToken || piece == handle.piece(unknownToken) else { return nil }
    return id
  }

  /// The piece of a token, or `<extra_id_n>`; nil if out of range.
  public func piece(for token: TokenID) -> String? {
    guard token >= 0, token < vocabularySize else { return nil }
    guard token < pieceCount else {
      return "<extra_id_\(pieceCount + extraIDs - 1 - Int(token))>"
    }
    return handle.piece(token)
  }

  /// The n of `<extra_id_n>`; nil unless it is spelled as T5 spells it.
  private static func extraNumber(of piece: String) -> Int? {
    guard piece.hasPrefix("<extra_id_"), piece.hasSuffix(">") else { return nil }
    let digits = piece.utf8.dropFirst("<extra_id_".utf8.count).dropLast()
    guard (1...6).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
      digits.first != 48 || digits.count == 1
    else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}
