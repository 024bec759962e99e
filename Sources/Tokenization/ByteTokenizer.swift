/// ByT5's tokenizer: a text's bytes in UTF-8, each a token; no file is needed.
///
/// The tokens 0, 1 and 2 are `<pad>`, `</s>` and `<unk>`, byte b is token b + 3, and `<extra_id_n>` is
/// token 259 + n.
///
/// Source: Xue et al. 2022 (arXiv 2105.13626); transformers' ByT5Tokenizer.
public struct ByteTokenizer: Tokenizer {
  /// How many `<extra_id_n>` follow the bytes.
  public let extraIDs: Int
  private let specialTokens: [SpecialToken]
  private let matcher: SpecialTokenMatcher

  /// How many `<extra_id_n>` ByT5 has.
  public static let usualExtraIDs = 125
  /// More than any published model has.
  private static let maximumExtraIDs = 100_000

  private static let controlTokens = ["<pad>", "</s>", "<unk>"]
  private static let firstByte = TokenID(controlTokens.count)
  private static let firstExtraID = firstByte + 256

  /// A tokenizer with so many extra ids.
  ///
  /// - Parameter path: What errors call the file that says so.
  /// - Throws: `TokenizerError.malformed` for a number that no model has.
  public init(extraIDs: Int = usualExtraIDs, path: String = "tokenizer_config.json") throws {
    guard (0...Self.maximumExtraIDs).contains(extraIDs) else {
      throw TokenizerError.malformed(
        path: path, reason: "expected 0...\(Self.maximumExtraIDs) extra ids, found \(extraIDs)")
    }
    self.extraIDs = extraIDs
    let control = Self.controlTokens.enumerated().map {
      SpecialToken($1, id: TokenID($0), stripsLeft: true, stripsRight: true)
    }
    let sentinels = (0..<extraIDs).map {
      SpecialToken("<extra_id_\($0)>", id: Self.firstExtraID + TokenID($0))
    }
    specialTokens = control + sentinels
    matcher = SpecialTokenMatcher(specialTokens)
  }

  /// The control tokens, the 256 bytes and the extra ids.
  public var vocabularySize: Int { Int(Self.firstExtraID) + extraIDs }

  /// The bytes of a text.
  public func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    switch specialTokens {
    case .literal: return Self.tokens(of: text.utf8)
    case .recognized:
      var text = text
      return text.withUTF8 { bytes in
        matcher.segments(of: bytes).flatMap { segment in
          switch segment {
          case .text(let range): Self.tokens(of: bytes[range])
          case .special(let token): [token]
          }
        }
      }
    }
  }

  /// The text of the bytes among some tokens; bytes that are no UTF-8 become U+FFFD.
  public func decode(_ tokens: [TokenID]) -> String {
    String(decoding: tokens.compactMap(Self.byte), as: UTF8.self)
  }

  /// The token of a control token's name, or of the one byte that a piece is; pieces for the bytes from 128 on
  /// are the characters U+0080 to U+00FF, as transformers spells them.
  public func token(for piece: String) -> TokenID? {
    if let special = specialTokens.first(where: { $0.text == piece }) { return special.id }
    let scalars = piece.unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1, scalar.value < 256 else { return nil }
    return TokenID(scalar.value) + Self.firstByte
  }

  /// The bytes that a piece of SentencePiece stands for, `▁` being a space; none at a label's start.
  public func tokens(spelling piece: String, isFirst: Bool) -> [TokenID]? {
    if let special = specialTokens.first(where: { $0.text == piece }) { return [special.id] }
    let text = piece.replacing("\u{2581}", with: " ")
    let bytes = Self.tokens(
      of: (isFirst && text.hasPrefix(" ") ? text.dropFirst() : text[...]).utf8)
    return bytes.isEmpty ? nil : bytes
  }

  /// The name of a control token, or a byte's character; nil if out of range.
  public func piece(for token: TokenID) -> String? {
    if let byte = Self.byte(of: token) { return String(Unicode.Scalar(byte)) }
    return specialTokens.first { $0.id == token }?.text
  }

  private static func tokens(of bytes: some Sequence<UInt8>) -> [TokenID] {
    bytes.map { TokenID($0) + firstByte }
  }

  private static func byte(of token: TokenID) -> UInt8? {
    (firstByte..<firstExtraID).contains(token) ? UInt8(token - firstByte) : nil
  }
}
