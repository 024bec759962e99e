public import Tokenization

/// Puts a query and a document side by side for a classifier, as tokens within a budget.
///
/// `[CLS] query [SEP] document [SEP]` for a BERT, `query </s> document </s>` for a T5. What is cut from a pair that
/// is too long:
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
  /// nil: the query begins the pair.
  private let start: TokenID?
  private let separator: TokenID

  private var controlCount: Int { start == nil ? 2 : 3 }

  /// An encoder for the pairs of one model.
  ///
  /// - Throws: `RerankingError.unusableOptions` for a budget too small for one token of each text, and
  ///   `.unusableModel` for a vocabulary with neither `[CLS]` and `[SEP]` nor `</s>`.
  public init(
    tokenizer: any Tokenizer, maximumTokens: Int, truncation: Truncation = .prompt,
    specialTokens: SpecialTokenPolicy = .literal
  ) throws(RerankingError) {
    let frame: String
    if let start = tokenizer.token(for: "[CLS]"), let separator = tokenizer.token(for: "[SEP]") {
      (self.start, self.separator) = (start, separator)
      frame = "[CLS], two [SEP]"
    } else if let end = tokenizer.token(for: "</s>") {
      (start, separator) = (nil, end)
      frame = "two </s>"
    } else {
      throw .unusableModel(
        path: "vocabulary", reason: "expected the pieces [CLS] and [SEP], or </s>, found neither")
    }
    let fewest = (start == nil ? 2 : 3) + 2
    guard maximumTokens >= fewest else {
      throw .unusableOptions(
        reason: "expected a budget of at least \(fewest) tokens for a cross-encoder "
          + "(\(frame), and one token of each text), found \(maximumTokens)")
    }
    self.tokenizer = tokenizer
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
    let room = maximumTokens - controlCount
    let left = room - query.tokens.count
    return switch truncation {
    case .prompt: max(left, room / 2)
    case .document: left > 0 ? left : room / 4
    }
  }

  /// Puts encoded texts side by side.
  public func encode(query: EncodedText, document: EncodedText) -> EncodedPair {
    let kept = kept(query: query.tokens.count, document: document.tokens.count)
    var tokens = start.map { [$0] } ?? []
    tokens.reserveCapacity(controlCount + kept.query + kept.document)
    tokens += query.tokens.prefix(kept.query)
    tokens.append(separator)
    let documentStart = tokens.count
    tokens += document.tokens.prefix(kept.document)
    tokens.append(separator)
    return EncodedPair(
      tokens: tokens, documentStart: documentStart,
      documentShortened: document.isLonger(than: kept.document),
      queryShortened: query.isLonger(than: kept.query))
  }

  /// How many tokens of each text go into a pair.
  private func kept(query: Int, document: Int) -> (query: Int, document: Int) {
    let room = maximumTokens - controlCount
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
