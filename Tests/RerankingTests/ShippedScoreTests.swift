import RankingCore
import Reranking
import Testing

@Suite("The shipped T5's scores are those of Hugging Face transformers")
struct ShippedScoreTests {
  @Test("mono, an empty passage among them")
  func mono() throws {
    // true − false of the first decoder step, T5ForConditionalGeneration with AutoTokenizer, transformers
    // 5.23, float32, one prompt at a time.
    let expected = [
      3.392085075378418, -2.686168670654297, 0.0360758900642395, -4.760708808898926,
    ]
    let pairs = [0, 1, 3, 6].map { TextPair(Passages.query.text, Passages.documents[$0].text) }
    let scores = try MonoT5(ShippedModel.t5()).scores(for: pairs)
    for (score, reference) in zip(scores, expected) { #expect(abs(score - reference) < 1e-4) }
  }
}
