import Evaluation
import JSON
import RankingCore
import Testing

@Suite("Measures beside ir_measures")
struct GoldenMeasureTests {
  @Test("Every mean of 600 random runs is ir_measures', ties, gaps and negative grades included")
  func means() throws {
    let golden = try GoldenFile.value("measures.json")
    let names = try #require(golden["measures"]?.array).compactMap(\.string)
    let measures = try names.map { try Measure($0) }
    #expect(measures.map(\.description) == names)
    let firstSeed = try #require(golden["first_seed"]?.int)
    let rows = try #require(golden["means"]?.array)
    #expect(rows.count >= 500)
    for (index, row) in rows.enumerated() {
      let seed = firstSeed + index
      let random = RandomCase(seed: UInt64(seed))
      let evaluation = Evaluator(qrels: random.qrels, measures: measures).evaluate(random.run)
      let expected = try #require(row.array).compactMap(\.double)
      try #require(expected.count == measures.count)
      for (place, name) in names.enumerated() {
        let difference = (evaluation.mean(place) - expected[place]).magnitude
        // Sums of at most 42 terms in another order, and values that were stored with 12 decimals.
        #expect(difference < 1e-9, "\(name), seed \(seed)")
      }
    }
  }
}
