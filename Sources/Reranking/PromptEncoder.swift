public import Tokenization

/// Puts queries and documents into a prompt, as tokens within a budget.
///
/// A prompt's tokens are those of its segments in a row, which are the tokens of the whole text:
/// fields are set off by white space (`PromptTemplate` sees to that), and no piece crosses it. Two
/// exceptions have no weight: a text that ends with U+2581, SentencePiece's sign for a space, loses
/// that sign, as at the end of any text; and where two readings are exactly equally likely (`...`
/// and `....` for seven dots, in either order), SentencePiece chooses by the rounding of a sum over
/// all the text before, which is shorter here.
public struct PromptEncoder: Sendable {
  /// The most tokens of a prompt, the end of sequence included.
  public let maximumTokens: Int
  /// What is cut from a prompt that is too long.
  public let truncation: Truncation
  /// What control tokens spelt in queries and documents become.
  public let specialTokens: SpecialTokenPolicy

  private enum Segment: Sendable {
    case literal([TokenID])
    case query
    case document(Int)
  }

  private let segments: [Segment]
  private let documentCount: Int
  private let literalCount: Int
  private let endOfSequence: TokenID?
  private let tokenizer: any Tokenizer

  /// Prepares a prompt; its literals are encoded here, once.
  ///
  /// - Parameters:
  ///   - maximumTokens: The most tokens of a prompt, the end of sequence included; nil: the
  ///     prompt's own.
  ///   - truncation: nil: the prompt's own.
  ///   - specialTokens: What control tokens spelt in queries and documents become. (Spelt in the
  ///     template, they are control tokens: its author can mean nothing else.)
  /// - Throws: `RerankingError.unusableOptions` for a budget too small for the template with one
  ///   token of each text, and `.unusablePrompt` if the tokenizer lacks `</s>`.
  public init(
    _ prompt: Prompt, tokenizer: any Tokenizer, maximumTokens: Int? = nil,
    truncation: Truncation? = nil, specialTokens: SpecialTokenPolicy = .literal
  ) throws(RerankingError) {
    self.maximumTokens = maximumTokens ?? prompt.maximumTokens
    self.truncation = truncation ?? prompt.truncation
    self.specialTokens = specialTokens
    self.tokenizer = tokenizer
    self.documentCount = prompt.mode.documentCount
    let segments = prompt.template.segments.map { segment -> Segment in
      switch segment {
      case .literal(let text):
        .literal(tokenizer.encode(text, specialTokens: Self.policy(forLiteral: text)))
      case .field(.query): .query
      case .field(.document), .field(.document0): .document(0)
      case .field(.document1): .document(1)
      }
    }
    self.segments = segments
    self.literalCount = segments.reduce(0) { count, segment in
      if case .literal(let tokens) = segment { count + tokens.count } else { count }
    }
    self.endOfSequence = try Self.endOfSequence(of: prompt, tokenizer)
    try checkBudget(of: prompt)
  }

  /// Encodes a query or a document, as much of it as a prompt can hold; what of it is kept depends
  /// on the prompt's other texts.
  public func encode(_ text: String) -> EncodedText {
    let opening = TextOpening(tokenizer: tokenizer, limit: maximumTokens)
    return EncodedText(opening.tokens(of: text, specialTokens: specialTokens), limit: maximumTokens)
  }

  /// The most tokens of a prompt's one document that go into it with the query.
  ///
  /// Where the whole prompt is cut, none may: such a query leaves nothing to read of any document.
  func documentRoom(beside query: EncodedText) -> Int {
    let free = maximumTokens - literalCount - endCount
    let room = free - query.tokens.count
    return max(room >= 1 ? room : free / 4, 1)
  }

  /// Puts encoded texts into the prompt.
  ///
  /// With `Truncation.document` the room that the template, the query and the end of sequence leave
  /// is shared out evenly: each document keeps at most ⌊room / documents⌋ tokens, even if the other
  /// one needs less, so that swapping two documents cuts them alike. Only if that leaves less than
  /// a token for each is the query cut too: documents then keep up to a quarter of what the
  /// template leaves, and the query gets the rest.
  ///
  /// - Parameter documents: As many as the prompt's mode asks for, encoded by this encoder.
  public func encode(query: EncodedText, documents: [EncodedText]) -> EncodedPrompt {
    precondition(
      documents.count == documentCount,
      "the prompt holds \(documentCount) documents, not \(documents.count)")
    switch truncation {
    case .document: return shorteningDocuments(query, documents)
    case .prompt: return shorteningPrompt(query, documents)
    }
  }

  private func shorteningDocuments(
    _ query: EncodedText, _ documents: [EncodedText]
  ) -> EncodedPrompt {
    // Both are at least one token a text: the initialiser saw to that.
    let free = maximumTokens - literalCount - endCount
    let room = free - query.tokens.count
    let queryLimit: Int
    let documentLimit: Int
    if room >= documents.count {
      queryLimit = query.tokens.count
      documentLimit = room / documents.count
    } else {
      documentLimit = free / 4 / documents.count
      queryLimit = free - documents.reduce(0) { $0 + min($1.tokens.count, documentLimit) }
    }
    var tokens: [TokenID] = []
    for segment in segments {
      switch segment {
      case .literal(let literal): tokens += literal
      case .query: tokens += query.tokens.prefix(queryLimit)
      case .document(let index): tokens += documents[index].tokens.prefix(documentLimit)
      }
    }
    if let endOfSequence { tokens.append(endOfSequence) }
    return EncodedPrompt(
      tokens: tokens,
      documentsShortened: documents.map { $0.isLonger(than: documentLimit) },
      queryShortened: query.isLonger(than: queryLimit))
  }

  private func shorteningPrompt(
    _ query: EncodedText, _ documents: [EncodedText]
  ) -> EncodedPrompt {
    let limit = maximumTokens - endCount
    var tokens: [TokenID] = []
    var documentsShortened = documents.map { _ in false }
    var queryShortened = false
    for segment in segments {
      let room = limit - tokens.count
      switch segment {
      case .literal(let literal): tokens += literal.prefix(room)
      case .query:
        tokens += query.tokens.prefix(room)
        queryShortened = query.isLonger(than: room)
      case .document(let index):
        tokens += documents[index].tokens.prefix(room)
        documentsShortened[index] = documents[index].isLonger(than: room)
      }
    }
    if let endOfSequence { tokens.append(endOfSequence) }
    return EncodedPrompt(
      tokens: tokens, documentsShortened: documentsShortened, queryShortened: queryShortened)
  }

  /// Recognizing makes a T5 tokenizer load a second model, which plain words need not wait for.
  private static func policy(forLiteral text: String) -> SpecialTokenPolicy {
    text.utf8.contains(UInt8(ascii: "<")) || text.utf8.contains(UInt8(ascii: "["))
      ? .recognized : .literal
  }

  private var endCount: Int { endOfSequence == nil ? 0 : 1 }

  private static func endOfSequence(
    of prompt: Prompt, _ tokenizer: any Tokenizer
  ) throws(RerankingError) -> TokenID? {
    guard prompt.endsWithEndOfSequence else { return nil }
    guard let token = tokenizer.token(for: "</s>") else {
      throw .unusablePrompt(
        path: "prompt \(prompt.name)",
        reason: "end_of_sequence: expected the tokenizer to have the piece </s>, found none")
    }
    return token
  }

  private func checkBudget(of prompt: Prompt) throws(RerankingError) {
    // A cut prompt needs no whole template, only something before its end.
    let needed =
      truncation == .prompt ? 1 + endCount : literalCount + endCount + 1 + documentCount
    guard maximumTokens >= needed else {
      throw .unusableOptions(
        reason: "expected a budget of at least \(needed) tokens for prompt \(prompt.name) "
          + "(its own words, and one token of each text), found \(maximumTokens)")
    }
  }
}
