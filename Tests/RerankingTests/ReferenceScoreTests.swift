import Foundation
import JSON
import RankingCore
import Reranking
import Testing

@Suite(
  "The interim models' scores are those of Hugging Face transformers",
  .enabled(
    if: InterimModel.isThere,
    "needs ../shared/bootstrap/golden.json beside the project"))
struct ReferenceScoreTests {
  // Float logits of about 10, summed in another order: the project's parity tolerance.
  private static let tolerance = 1e-4

  private static func entries(_ name: String) throws -> [JSONValue] {
    let value = try JSONValue(parsing: [UInt8](Data(contentsOf: RealTokenizerTests.golden)))
    return try #require(value[name]?.array)
  }

  private static func pairs() throws -> (golden: [JSONValue], pairs: [TextPair]) {
    let entries = try entries("pairs")
    #expect(entries.count == 40)
    return (
      entries,
      try entries.map {
        TextPair(try #require($0["query"]?.string), try #require($0["document"]?.string))
      }
    )
  }

  @Test("mono")
  func mono() throws {
    let (golden, pairs) = try Self.pairs()
    let scores = try MonoT5(InterimModel.t5()).scores(for: pairs)
    for (entry, score) in zip(golden, scores) {
      let yes = try #require(entry["mono_logits"]?["true"]?.double)
      let no = try #require(entry["mono_logits"]?["false"]?.double)
      #expect(abs(score - (yes - no)) < Self.tolerance)
    }
  }

  @Test("rank")
  func rank() throws {
    let (golden, pairs) = try Self.pairs()
    var options = RerankerOptions()
    options.prompts = ["rankt5-digits"]
    let scorer = try RankT5(InterimModel.t5(), options: options)
    for (entry, pair) in zip(golden, pairs) {
      let scored = try scorer.scores(
        of: [Document(text: pair.document)], for: Query(text: pair.query))
      let expected = try #require(entry["rank_expected"]?.double)
      #expect(abs(scored.scores[0] - expected) < Self.tolerance)
      let logits = try #require(entry["rank_digit_logits"]?.array).compactMap(\.double)
      let sum = logits.reduce(0) { $0 + exp($1) }
      for (logit, probability) in zip(logits, try #require(scored.distributions?[0])) {
        #expect(abs(probability - exp(logit) / sum) < Self.tolerance)
      }
    }
  }

  @Test("cross")
  func cross() throws {
    let (golden, pairs) = try Self.pairs()
    var options = RerankerOptions()
    options.scale = .logit
    // As the reference cut them.
    options.truncation = .document
    let scores = try CrossEncoder(InterimModel.bert(), options: options).scores(for: pairs)
    for (entry, score) in zip(golden, scores) {
      let expected = try #require(entry["ce_logit"]?.double)
      #expect(abs(score - expected) < Self.tolerance)
    }
  }

  @Test("duo")
  func duo() throws {
    let entries = try Self.entries("duo")
    #expect(entries.count == 20)
    let scorer = try DuoT5(InterimModel.t5())
    for entry in entries {
      let documents = try ["document0", "document1"].map {
        Document(text: try #require(entry[$0]?.string))
      }
      let compared = try scorer.preferences(
        among: documents, pairs: [IndexPair(first: 0, second: 1)],
        for: Query(text: try #require(entry["query"]?.string)))
      let yes = try #require(entry["logits"]?["true"]?.double)
      let no = try #require(entry["logits"]?["false"]?.double)
      let answer = try #require(compared.preferences[0, over: 1])
      #expect(abs(answer.value - (yes - no)) < Self.tolerance)
    }
  }
}
