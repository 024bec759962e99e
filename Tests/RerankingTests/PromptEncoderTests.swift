import JSON
import Reranking
import Support
import Synchronization
import Testing
import Tokenization

@Suite("The prompt encoder")
struct PromptEncoderTests {
  // With letters for tokens: "Query:" and "Document:" are 7 and 10 tokens, "Relevant:" is 10.
  static let monoLiterals = 27
  let tokenizer = LetterTokenizer()

  private func prompt(_ changes: [String: JSONValue?] = [:]) throws -> Prompt {
    try Prompt(parsing: promptFile(changes), path: "p.json")
  }

  private func duo() throws -> Prompt { try prompt(["mode": "duo", "template": duoTemplate]) }

  private func encoder(
    _ prompt: Prompt, _ maximumTokens: Int, _ truncation: Truncation = .document
  ) throws -> PromptEncoder {
    try PromptEncoder(
      prompt, tokenizer: tokenizer, maximumTokens: maximumTokens, truncation: truncation)
  }

  /// A word of `count` tokens; none has one token.
  private func word(_ count: Int, _ letter: Character = "x") -> String {
    count < 2 ? "" : String(repeating: letter, count: count - 1)
  }

  @Test("A prompt that fits is the tokens of the whole text and the end of sequence")
  func wholePrompt() throws {
    let encoder = try PromptEncoder(try prompt(), tokenizer: tokenizer)
    #expect(encoder.maximumTokens == 512)
    #expect(encoder.truncation == .document)
    let encoded = encoder.encode(
      query: encoder.encode(" a b "), documents: [encoder.encode("c\td\n")])
    #expect(
      encoded.tokens == tokenizer.encode("Query: a b Document: c d Relevant:") + [1])
    #expect(encoded.shortenedDocuments == 0)
    #expect(!encoded.queryShortened)
  }

  @Test("Without end_of_sequence nothing follows the cue, and the budget has one more token")
  func withoutEndOfSequence() throws {
    let prompt = try prompt(["end_of_sequence": false])
    let encoder = try encoder(prompt, Self.monoLiterals + 4)
    let encoded = encoder.encode(query: encoder.encode("a"), documents: [encoder.encode("b")])
    #expect(encoded.tokens == tokenizer.encode("Query: a Document: b Relevant:"))
    #expect(encoded.shortenedDocuments == 0)
  }

  @Test("A long document is shortened to the room that the rest leaves, and the cue stays")
  func shortensDocument() throws {
    // 27 literals, 2 of the query, the end: 10 of 40 are left.
    let encoder = try encoder(try prompt(), 40)
    let encoded = encoder.encode(
      query: encoder.encode("q"), documents: [encoder.encode(word(11))])
    #expect(encoded.tokens == tokenizer.encode("Query: q Document: \(word(10)) Relevant:") + [1])
    #expect(encoded.tokens.count == 40)
    #expect(encoded.shortenedDocuments == 1)
    #expect(!encoded.queryShortened)
    let fitting = encoder.encode(
      query: encoder.encode("q"), documents: [encoder.encode(word(10))])
    #expect(fitting.tokens == encoded.tokens)
    #expect(fitting.shortenedDocuments == 0)
  }

  @Test("Two documents have the same limit, even where one of them needs less")
  func sharesRoomEvenly() throws {
    // "Query:" 7, "Document0:" and "Document1:" 11 each, "Relevant:" 10: 39; 1 query token's word is
    // 2 and the end 1, so that 9 of 51 are left and each document may have 4.
    let encoder = try encoder(try duo(), 51)
    let encoded = encoder.encode(
      query: encoder.encode("q"),
      documents: [encoder.encode(word(3, "a")), encoder.encode(word(6, "b"))])
    #expect(
      encoded.tokens
        == tokenizer.encode("Query: q Document0: aa Document1: bbb Relevant:") + [1])
    #expect(encoded.shortenedDocuments == 1)
    let both = encoder.encode(
      query: encoder.encode("q"),
      documents: [encoder.encode(word(6, "a")), encoder.encode(word(6, "b"))])
    #expect(both.shortenedDocuments == 2)
  }

  @Test("A query that fits beside empty documents is not cut")
  func keepsQueryThatFits() throws {
    let encoder = try encoder(try prompt(), 40)
    let encoded = encoder.encode(query: encoder.encode(word(12)), documents: [encoder.encode("")])
    #expect(encoded.tokens == tokenizer.encode("Query: \(word(12)) Document: Relevant:") + [1])
    #expect(!encoded.queryShortened)
    #expect(encoded.shortenedDocuments == 0)
  }

  @Test("Only a query that alone is too long is cut, and leaves the document a quarter")
  func cutsQuery() throws {
    // 12 of 40 are free, 3 of them the document's at most.
    let encoder = try encoder(try prompt(), 40)
    func encode(_ query: Int, _ document: Int) -> EncodedPrompt {
      encoder.encode(
        query: encoder.encode(word(query, "q")), documents: [encoder.encode(word(document, "d"))])
    }
    func expected(_ query: Int, _ document: Int) -> [TokenID] {
      let query = tokenizer.encode(word(5000, "q")).prefix(query)
      let document = tokenizer.encode(word(50, "d")).prefix(document)
      return tokenizer.encode("Query:") + query + tokenizer.encode("Document:") + document
        + tokenizer.encode("Relevant:") + [1]
    }
    // One token is room enough not to touch the query.
    #expect(encode(11, 50).tokens == expected(11, 1))
    #expect(!encode(11, 50).queryShortened)
    #expect(encode(12, 50).tokens == expected(9, 3))
    #expect(encode(12, 50).queryShortened)
    #expect(encode(12, 50).shortenedDocuments == 1)
    // A document that has less takes no more than it has.
    #expect(encode(5000, 2).tokens == expected(10, 2))
    #expect(encode(5000, 2).queryShortened)
    #expect(encode(5000, 2).shortenedDocuments == 0)
    #expect(encode(5000, 0).tokens == expected(12, 0))
  }

  @Test("In prompt truncation everything is cut from the right, and the end of sequence kept")
  func cutsPrompt() throws {
    let whole = tokenizer.encode("Query: qq Document: dddd Relevant:")
    for limit in 2...whole.count + 3 {
      let encoder = try encoder(try prompt(), limit, .prompt)
      let encoded = encoder.encode(query: encoder.encode("qq"), documents: [encoder.encode("dddd")])
      #expect(encoded.tokens == whole.prefix(limit - 1) + [1])
      // The query's last token is the 10th, the document's the 25th.
      #expect(encoded.queryShortened == (limit - 1 < 10))
      #expect(encoded.shortenedDocuments == (limit - 1 < 25 ? 1 : 0))
    }
  }

  @Test("A budget without room for a token of each text is refused, in either truncation")
  func refusesSmallBudget() throws {
    let error = #expect(throws: RerankingError.self) { try encoder(try prompt(), 29) }
    #expect(
      error?.description
        == "expected a budget of at least 30 tokens for prompt test (its own words, "
        + "and one token of each text), found 29")
    #expect(throws: Never.self) { try encoder(try prompt(), 30) }
    #expect(throws: RerankingError.self) { try encoder(try prompt(), 1, .prompt) }
    #expect(throws: Never.self) { try encoder(try prompt(), 2, .prompt) }
    for budget in [0, -1, .min] {
      #expect(throws: RerankingError.self) { try encoder(try prompt(), budget) }
      #expect(throws: RerankingError.self) { try encoder(try prompt(), budget, .prompt) }
    }
  }

  @Test("A budget beyond all texts cuts nothing and reserves nothing")
  func hugeBudget() throws {
    for truncation in Truncation.allCases {
      let encoder = try encoder(try duo(), .max, truncation)
      let text = encoder.encode(word(1000))
      let encoded = encoder.encode(query: text, documents: [text, text])
      #expect(encoded.tokens.count == 39 + 3000 + 1)
      #expect(encoded.shortenedDocuments == 0)
    }
  }

  @Test("A tokenizer without an end of sequence is refused where the prompt needs one")
  func refusesMissingEnd() throws {
    let endless = LetterTokenizer(pieces: [:])
    #expect(throws: RerankingError.self) { try PromptEncoder(try prompt(), tokenizer: endless) }
    #expect(throws: Never.self) {
      try PromptEncoder(try prompt(["end_of_sequence": false]), tokenizer: endless)
    }
  }

  @Test("A control token in a document stays text unless recognized")
  func specialTokens() throws {
    let prompt = try prompt()
    let literal = try PromptEncoder(prompt, tokenizer: tokenizer)
    #expect(literal.encode("</s>").tokens == tokenizer.encode("</s>"))
    #expect(!literal.encode("</s>").tokens.contains(1))
    let recognizing = try PromptEncoder(prompt, tokenizer: tokenizer, specialTokens: .recognized)
    #expect(recognizing.encode("</s>").tokens == [1])
  }

  @Test("A text of a million words keeps no more tokens than a prompt can hold")
  func boundsMemory() throws {
    let encoder = try encoder(try prompt(), 40)
    let text = encoder.encode(String(repeating: "a ", count: 1_000_000))
    #expect(text.tokens.count == 40)
    #expect(text.hasMore)
  }

  @Test("A text of just the budget has no more, one token beyond it has")
  func textEnds() throws {
    let encoder = try encoder(try prompt(), 40)
    #expect(encoder.encode(word(40)).tokens.count == 40)
    #expect(!encoder.encode(word(40)).hasMore)
    #expect(encoder.encode(word(41)).tokens.count == 40)
    #expect(encoder.encode(word(41)).hasMore)
  }

  @Test(
    "The opening of a long text has the tokens of the whole text",
    arguments: 0..<100 as Range<UInt64>)
  func opening(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let encoder = try encoder(try prompt(), Int.random(in: 30...60, using: &random))
    // From one word of everything to nothing but spaces, about the length at which a cut is tried.
    let letters = Array("aZ9é水 \t\n\u{2581}.").prefix(Int.random(in: 1...10, using: &random))
    let text = String(
      (0..<Int.random(in: 100...3000, using: &random)).compactMap { _ in
        letters.randomElement(using: &random)
      })
    let whole = tokenizer.encode(text)
    let encoded = encoder.encode(text)
    #expect(encoded.tokens == Array(whole.prefix(encoder.maximumTokens)))
    #expect(encoded.hasMore == (whole.count > encoder.maximumTokens))
  }

  @Test("Only the opening of a long text is encoded, unless control tokens are recognized")
  func encodesOpeningOnly() throws {
    let counting = CountingTokenizer()
    let text = String(repeating: "ab cd ", count: 100_000)
    for (policy, limit) in [(SpecialTokenPolicy.literal, 40 * 16), (.recognized, text.utf8.count)] {
      let encoder = try PromptEncoder(
        try prompt(), tokenizer: counting, maximumTokens: 40, specialTokens: policy)
      let before = counting.bytes.withLock { $0 }
      #expect(encoder.encode(text).hasMore)
      let encoded = counting.bytes.withLock { $0 } - before
      #expect(encoded <= limit && encoded > limit / 2)
    }
  }

  @Test("Whatever the lengths, a prompt obeys its rules", arguments: 0..<200 as Range<UInt64>)
  func properties(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let budget = Int.random(in: 43...120, using: &random)
    var lengths = (0..<3).map { _ in
      Bool.random(using: &random)
        ? Int.random(in: 0...10, using: &random)
        : Int.random(in: 0...150, using: &random)
    }
    for index in lengths.indices where lengths[index] == 1 { lengths[index] = 0 }
    for truncation in Truncation.allCases {
      let encoder = try encoder(try duo(), budget, truncation)
      let query = encoder.encode(word(lengths[0], "q"))
      let first = encoder.encode(word(lengths[1], "a"))
      let second = encoder.encode(word(lengths[2], "b"))
      let one = encoder.encode(query: query, documents: [first, second])
      let other = encoder.encode(query: query, documents: [second, first])
      #expect(one.tokens.count <= budget)
      #expect(one.tokens.last == 1)
      #expect(one.tokens.dropLast().allSatisfy { $0 != 1 })
      guard truncation == .document else { continue }
      #expect(one.tokens.suffix(11) == tokenizer.encode("Relevant:") + [1])
      #expect(one.shortenedDocuments == other.shortenedDocuments)
      #expect(one.queryShortened == other.queryShortened)
      #expect(one.tokens.sorted() == other.tokens.sorted())
      if lengths.reduce(0, +) == one.tokens.count - 40 {
        #expect(one.shortenedDocuments == 0 && !one.queryShortened)
      } else {
        #expect(one.shortenedDocuments > 0 || one.queryShortened)
      }
    }
  }
}

/// Counts the bytes that it is given.
///
/// A class because the test reads the count afterwards.
private final class CountingTokenizer: Tokenizer {
  let bytes = Mutex(0)
  private let letters = LetterTokenizer()

  var vocabularySize: Int { letters.vocabularySize }

  func encode(_ text: String, specialTokens: SpecialTokenPolicy) -> [TokenID] {
    bytes.withLock { $0 += text.utf8.count }
    return letters.encode(text, specialTokens: specialTokens)
  }

  func decode(_ tokens: [TokenID]) -> String { letters.decode(tokens) }
  func token(for piece: String) -> TokenID? { letters.token(for: piece) }
  func piece(for token: TokenID) -> String? { letters.piece(for: token) }
}
