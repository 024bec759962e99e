import Evaluation
import RankingCore
import Testing

@Suite("Comparing runs")
struct ComparisonTests {
  @Test("Holm's correction multiplies by how many are left, never falls, and ends at 1")
  func holm() {
    #expect(holmCorrected([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06])
    #expect(holmCorrected([nil, 0.5, 0.25]) == [nil, 0.5, 0.5])
    #expect(holmCorrected([0.9, 0.6]) == [1, 1])
    #expect(holmCorrected([]).isEmpty)
  }

  private let judgements = qrels(
    ("1", "a", 1), ("2", "a", 1), ("3", "a", 1), ("4", "a", 1))
  private let baseline = run(
    ["1": ["b", "a"], "2": ["a"], "3": ["a"], "4": ["c", "a"]], name: "baseline")
  private let other = run(["1": ["a", "b"], "2": ["a"], "3": ["b", "a"]], name: "other")

  @Test("Wins, ties and losses are counted by query, and the difference is of the means")
  func counts() throws {
    let evaluator = Evaluator(qrels: judgements, measures: [.reciprocalRank(), .precision(at: 1)])
    let comparison = try #require(
      RunComparison.compare([evaluator.evaluate(other)], to: evaluator.evaluate(baseline)).first)
    let first = comparison.measures[0]
    #expect(comparison.queryCount == 4)
    #expect((first.wins, first.ties, first.losses) == (1, 1, 2))
    #expect(first.delta == -0.125)
    // 0.5, −0.5, −0.5: all eight patterns sum to at least 0.5 in magnitude.
    #expect(first.signFlip?.pValue == 1)
    #expect(
      [first.correctedTTest, comparison.measures[1].correctedTTest]
        == holmCorrected(comparison.measures.map { $0.tTest?.pValue }))
  }

  @Test("Over common queries, runs are compared where both have the query")
  func common() throws {
    let evaluator = Evaluator(
      qrels: judgements, measures: [.reciprocalRank()], averaging: .commonQueries)
    let comparison = try #require(
      RunComparison.compare([evaluator.evaluate(other)], to: evaluator.evaluate(baseline)).first)
    #expect(comparison.queryCount == 3)
    #expect(comparison.measures[0].delta == 0)
  }

  @Test("The queries that changed most come with the judged documents that moved")
  func changes() {
    let evaluator = Evaluator(qrels: judgements, measures: [.reciprocalRank()])
    let (gained, lost) = evaluator.largestChanges(
      of: other, from: baseline, qrels: judgements,
      evaluations: (evaluator.evaluate(baseline), evaluator.evaluate(other)), measure: 0, count: 5,
      moveCount: 3)
    #expect(gained.map(\.queryID) == ["1"])
    #expect(gained[0].delta == 0.5)
    // b moved too, but was not judged.
    #expect(gained[0].moves.map(\.documentID) == ["a"])
    #expect(gained[0].moves[0].before == 2 && gained[0].moves[0].after == 1)
    // The same loss twice: in the order of the judgements.
    #expect(lost.map(\.queryID) == ["3", "4"])
    #expect(lost[1].moves[0].before == 2 && lost[1].moves[0].after == nil)
  }
}
