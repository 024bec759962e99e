/// A row of a model's embedding table.
public typealias TokenID = Int32

/// What happens to text that spells a control token, such as `</s>` or `<extra_id_10>`.
public enum SpecialTokenPolicy: String, Sendable, Hashable, CaseIterable {
  /// It stays text: nobody's document can steer the model. The default.
  case literal
  /// It becomes the control token, as Hugging Face's tokenizers do by default.
  case recognized
}

/// Turns text into tokens and back.
///
/// Immutable; safe to use from many threads at once.
public protocol Tokenizer: Sendable {
  /// The number that all tokens are below; added special tokens count.
  var vocabularySize: Int { get }

  /// The tokens of a text, without any special token at either end.
  func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID]

  /// Whether a text may be cut before a space that follows an ASCII letter or digit: where nothing
  /// becomes a control token, the tokens up to there are the same.
  var splitsAtSpaces: Bool { get }

  /// The text of some tokens; control tokens are left out.
  func decode(_ tokens: [TokenID]) -> String

  /// The token of one exact piece (`▁true`, `</s>`, `[CLS]`); nil if the vocabulary lacks it.
  ///
  /// The unknown piece itself has a token; a piece that would only map to unknown gives nil.
  func token(for piece: String) -> TokenID?

  /// The piece of a token; nil if out of range.
  func piece(for token: TokenID) -> String?

  /// The tokens with which the vocabulary spells a piece of a label: the piece's own, unless the vocabulary is
  /// finer than pieces.
  ///
  /// - Parameter isFirst: Whether the piece begins its label.
  /// - Returns: nil if the vocabulary cannot spell the piece.
  func tokens(spelling piece: String, isFirst: Bool) -> [TokenID]?
}

extension Tokenizer {
  /// True, as for SentencePiece and WordPiece.
  public var splitsAtSpaces: Bool { true }

  /// The tokens of a text, in which nothing becomes a control token.
  public func encode(_ text: String) -> [TokenID] { encode(text, specialTokens: .literal) }

  /// The piece's own token.
  public func tokens(spelling piece: String, isFirst: Bool) -> [TokenID]? {
    token(for: piece).map { [$0] }
  }
}
