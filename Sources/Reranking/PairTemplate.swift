public import Tokenization

/// The control tokens before, between and after the two texts of a pair, and the types of its tokens.
public struct PairTemplate: Sendable, Hashable {
  /// Before the query.
  public let start: [TokenID]
  /// Between the query and the document.
  public let between: [TokenID]
  /// After the document.
  public let end: [TokenID]
  /// The type of the document's tokens and of those after them; all others have type 0.
  public let documentType: Int32

  /// A template of any tokens, such as a tokenizer's post-processor describes.
  public init(start: [TokenID], between: [TokenID], end: [TokenID], documentType: Int32) {
    self.start = start
    self.between = between
    self.end = end
    self.documentType = documentType
  }

  /// What a tokenizer's file says of pairs; nil if it says nothing, or not this.
  ///
  /// - Parameter hasTypes: Whether the model tells texts apart by type.
  init?(_ template: SpecialTokenTemplate, hasTypes: Bool) {
    var parts: [[TokenID]] = [[]]
    var documentType: Int32 = 0
    for part in template.pair {
      switch part {
      case .token(let token, _): parts[parts.count - 1].append(token)
      case .first:
        guard parts.count == 1 else { return nil }
        parts.append([])
      case .second(let type):
        guard parts.count == 2 else { return nil }
        parts.append([])
        documentType = hasTypes && type > 0 ? 1 : 0
      }
    }
    // Without any token around them the texts would run into each other.
    guard parts.count == 3, !parts[1].isEmpty else { return nil }
    self.init(start: parts[0], between: parts[1], end: parts[2], documentType: documentType)
  }

  /// How many control tokens a pair has.
  public var count: Int { start.count + between.count + end.count }

  /// `[CLS] query [SEP] document [SEP]`: BERT, DistilBERT, ELECTRA, ALBERT, DeBERTa, ModernBERT.
  ///
  /// - Parameter documentType: 1 for a model with token types, else 0.
  /// - Throws: `RerankingError.unusableModel` for a vocabulary without `[CLS]` or `[SEP]`.
  public static func bert(
    _ tokenizer: any Tokenizer, documentType: Int32
  ) throws(RerankingError) -> PairTemplate {
    let (start, separator) = try pieces("[CLS]", "[SEP]", of: tokenizer)
    return PairTemplate(
      start: [start], between: [separator], end: [separator], documentType: documentType)
  }

  /// `<s> query </s></s> document </s>`, all of one type: RoBERTa, XLM-RoBERTa, CamemBERT.
  ///
  /// - Throws: `RerankingError.unusableModel` for a vocabulary without `<s>` or `</s>`.
  public static func roberta(_ tokenizer: any Tokenizer) throws(RerankingError) -> PairTemplate {
    let (start, separator) = try pieces("<s>", "</s>", of: tokenizer)
    return PairTemplate(
      start: [start], between: [separator, separator], end: [separator], documentType: 0)
  }

  /// `query </s> document </s>`: T5 and its kin.
  ///
  /// - Throws: `RerankingError.unusableModel` for a vocabulary without `</s>`.
  public static func t5(_ tokenizer: any Tokenizer) throws(RerankingError) -> PairTemplate {
    guard let end = tokenizer.token(for: "</s>") else {
      throw .unusableModel(path: "vocabulary", reason: "expected the piece </s>, found none")
    }
    return PairTemplate(start: [], between: [end], end: [end], documentType: 0)
  }

  private static func pieces(
    _ start: String, _ separator: String, of tokenizer: any Tokenizer
  ) throws(RerankingError) -> (start: TokenID, separator: TokenID) {
    guard let first = tokenizer.token(for: start), let second = tokenizer.token(for: separator)
    else {
      throw .unusableModel(
        path: "vocabulary",
        reason: "expected the pieces \(start) and \(separator), found not both")
    }
    return (first, second)
  }
}
