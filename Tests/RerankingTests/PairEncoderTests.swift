import Foundation
import JSON
import Reranking
import Testing
import Tokenization

@Suite("Pairs for a cross-encoder")
struct PairEncoderTests {
  @Test("Pairs are put together and cut as Hugging Face does it")
  func parity() throws {
    let file = ShippedModel.package.appendingPathComponent("Tests/Fixtures/pairs.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.count >= 300)
    let tokenizer = try ShippedModel.bert().tokenizer
    var cut = 0
    for line in lines {
      let pair = try JSONValue(parsing: String(line))
      let encoder = try PairEncoder(
        tokenizer: tokenizer, maximumTokens: #require(pair["tokens"]?.int),
        specialTokens: pair["special"] == true ? .recognized : .literal)
      let query = encoder.encode(query: try #require(pair["query"]?.string))
      let document = encoder.encode(document: try #require(pair["document"]?.string), for: query)
      let encoded = encoder.encode(query: query, document: document)
      #expect(encoded.tokens == pair["ids"]?.array?.compactMap(\.int).map(TokenID.init), "\(line)")
      #expect(encoded.types == pair["types"]?.array?.compactMap(\.int).map(Int32.init), "\(line)")
      if encoded.queryShortened || encoded.documentShortened {
        cut += 1
        #expect(encoded.tokens.count == encoder.maximumTokens)
      }
    }
    #expect(cut > 100, "too few pairs are cut")
  }

  /// One token a word of one letter.
  private func tokenizer() throws -> WordPieceTokenizer {
    try WordPieceTokenizer(bytes: Array(TinyBERT.vocabulary.utf8), path: "vocab.txt")
  }

  private func encode(
    _ query: Int, _ document: Int, limit: Int, _ truncation: Truncation
  ) throws -> (query: Int, document: Int, pair: EncodedPair) {
    let encoder = try PairEncoder(
      tokenizer: try tokenizer(), maximumTokens: limit, truncation: truncation)
    let encodedQuery = encoder.encode(query: String(repeating: "q ", count: query))
    let encodedDocument = encoder.encode(
      document: String(repeating: "d ", count: document), for: encodedQuery)
    let pair = encoder.encode(query: encodedQuery, document: encodedDocument)
    return (pair.documentStart - 2, pair.tokens.count - pair.documentStart - 1, pair)
  }

  @Test("Cutting the document leaves the query whole unless it alone is too long")
  func documentOnly() throws {
    for (query, document, limit, expected) in [
      (4, 6, 13, (4, 6)), (4, 7, 13, (4, 6)), (9, 50, 13, (9, 1)), (10, 50, 13, (8, 2)),
      (50, 1, 13, (9, 1)), (50, 0, 13, (10, 0)), (10, 0, 13, (10, 0)), (50, 50, 5, (2, 0)),
    ] {
      let kept = try encode(query, document, limit: limit, .document)
      #expect((kept.query, kept.document) == expected, "\(query), \(document), \(limit)")
      #expect(kept.pair.queryShortened == (kept.query < query))
      #expect(kept.pair.documentShortened == (kept.document < document))
    }
  }

  @Test("A budget without a token for each text is refused")
  func budget() throws {
    let tokenizer = try tokenizer()
    #expect(throws: RerankingError.self) {
      try PairEncoder(tokenizer: tokenizer, maximumTokens: 4)
    }
    #expect(try encode(9, 9, limit: 5, .prompt).pair.tokens.count == 5)
  }
}
