/// The special tokens that a model expects around one text, or around and between two.
///
/// Source: the post-processor of a `tokenizer.json`.
public struct SpecialTokenTemplate: Sendable, Hashable {
  /// One part of a sequence; `type` is the segment that a model with token types sees it in.
  public enum Part: Sendable, Hashable {
    /// A special token.
    case token(TokenID, type: Int)
    /// The tokens of the only or first text.
    case first(type: Int)
    /// The tokens of the second text.
    case second(type: Int)
  }

  /// The sequence of one text: its parts in order, the text among them once.
  public let single: [Part]
  /// The sequence of two texts: its parts in order, each text among them once.
  public let pair: [Part]

  /// Neither text has anything around it.
  public static let bare = SpecialTokenTemplate(
    single: [.first(type: 0)], pair: [.first(type: 0), .second(type: 1)])

  /// RoBERTa's: `<s> A </s>` and `<s> A </s></s> B </s>`, all of one type.
  static func roberta(start: TokenID, end: TokenID) -> Self {
    let single: [Part] = [.token(start, type: 0), .first(type: 0), .token(end, type: 0)]
    return Self(
      single: single,
      pair: single + [.token(end, type: 0), .second(type: 0), .token(end, type: 0)])
  }

  /// BERT's: `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the last two of another type.
  static func bert(start: TokenID, end: TokenID) -> Self {
    let single: [Part] = [.token(start, type: 0), .first(type: 0), .token(end, type: 0)]
    return Self(single: single, pair: single + [.second(type: 1), .token(end, type: 1)])
  }
}
