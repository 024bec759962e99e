public import Tokenization

/// Puts a query and a document side by side for a cross-encoder, as tokens within a budget.
///
/// The model's `PairTemplate` says which control tokens stand around them. What is cut from a pair that is too long:
///
/// - `Truncation.prompt`: whatever is longer, by Hugging Face's rule `longest_first`, which
///   sentence-transformers' `CrossEncoder` uses: the shorter text keeps its tokens unless it has more
///   than half of the room; then both get half, and an odd token goes to the longer one (to the
///   document if they are equally long).
/// - `Truncation.document`: the document alone. Only if the query leaves less than a token for it is
///   the query cut too: the document then keeps up to a quarter of the room.
///
/// Source: `truncate_encodings` of huggingface/tokenizers.
public struct PairEncoder: Sendable {
  /// The most tokens of a pair, control tokens included.
  public let maximumTokens: Int
  /// What is cut from a pair that is too long.
  public let truncation: Truncation
  /// What control tokens spelt in queries and documents become.
  public let specialTokens: SpecialTokenPolicy

  private let tokenizer: any Tokenizer
  private let template: PairTemplate

  /// An encoder for the pairs of one model.
  ///
  /// - Parameter template: The control tokens; by default those of a BERT.
  /// - Throws: `RerankingError.unusableOptions` for a budget too small for one token of each text, and
  ///   `.unusableModel` for a vocabulary without `[CLS]` or `[SEP]` where the template is BERT's.
  public init(
    tokenizer: any Tokenizer, template: PairTemplate? = nil, maximumTokens: Int,
    truncation: Truncation = .prompt, specialTokens: SpecialTokenPolicy = .literal
  ) throws(RerankingError) {
    let template =
      if let template { template } else { try PairTemplate.bert(tokenizer, documentType: 1) }
    guard maximumTokens >= template.count + 2 else {
      throw .unusableOptions(
        reason: "expected a budget of at least \(template.count + 2) tokens for a cross-encoder "
          + "(\(template.count) control tokens, and one token of each text), "
          + "found \(maximumTokens)")
    }
    self.tokenizer = tokenizer
    self.template = template
    self.maximumTokens = maximumTokens
    self.truncation = truncation
    self.specialTokens = specialTokens
  }

  /// Encodes a query, the whole of it: its length decides what else is cut.
  public func encode(query: String) -> EncodedText {
    EncodedText(tokenizer.encode(query, specialTokens: specialTokens), limit: .max)
  }

  /// Encodes a document, as much of it as a pair with the query can need.
  public func encode(document: String, for query: EncodedText) -> EncodedText {
    // As long as the query, so that the two lengths still compare as those of the whole texts.
    let limit = max(maximumTokens, query.tokens.count)
    let opening = TextOpening(tokenizer: tokenizer, limit: limit)
    return EncodedText(opening.tokens(of: document, specialTokens: specialTokens), limit: limit)
  }

  /// The most tokens of a document that go into a pair with the query.
  func documentRoom(beside query: EncodedText) -> Int {
    let room = maximumTokens - template.count
    let left = room - query.tokens.count
    return switch truncation {
    case .prompt: max(left, room / 2)
    case .document: left > 0 ? left : room / 4
    }
  }

  /// Puts encoded texts side by side.
  public func encode(query: EncodedText, document: EncodedText) -> EncodedPair {
    let kept = kept(query: query.tokens.count, document: document.tokens.count)
    var tokens = template.start
    tokens.reserveCapacity(template.count + kept.query + kept.document)
    tokens += query.tokens.prefix(kept.query)
    tokens += template.between
    let documentStart = tokens.count
    tokens += document.tokens.prefix(kept.document)
    tokens += template.end
    return EncodedPair(
      tokens: tokens, documentStart: documentStart, documentType: template.documentType,
      documentShortened: document.isLonger(than: kept.document),
      queryShortened: query.isLonger(than: kept.query))
  }

  /// How many tokens of each text go into a pair.
  private func kept(query: Int, document: Int) -> (query: Int, document: Int) {
    let room = maximumTokens - template.count
    // Both are lengths of arrays: their sum cannot overflow.
    guard query + document > room else { return (query, document) }
    switch truncation {
    case .prompt:
      if min(query, document) <= room / 2 {
        return query <= document ? (query, room - query) : (room - document, document)
      }
      let half = room / 2
      return query > document ? (room - half, half) : (half, room - half)
    case .document:
      if query < room { return (query, room - query) }
      let documentKept = min(document, room / 4)
      return (room - documentKept, documentKept)
    }
  }
}
