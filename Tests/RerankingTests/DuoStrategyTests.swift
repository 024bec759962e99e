import RankingCore
import Reranking
import Testing

@Suite("Ranking documents by a strategy")
struct DuoStrategyTests {
  // Without the long one, which would take most of the time.
  private static let documents = Array(Passages.documents.dropLast(2))

  private static func options(_ strategy: PairwiseStrategyKind) -> RerankerOptions {
    var options = RerankerOptions()
    options.mode = .duo
    options.strategy = strategy
    return options
  }

  @Test(
    "The model's own answers decide, both orders or one",
    arguments: PairwiseStrategyKind.allCases.filter { $0 != .all }, PairSelection.allCases)
  func replayed(kind: PairwiseStrategyKind, selection: PairSelection) throws {
    let model = try ShippedModel.t5()
    let count = Self.documents.count
    let preferences = try DuoT5(model).preferences(
      among: Self.documents, pairs: PairSelection.allOrdered.pairs(count: count),
      for: Passages.query
    ).preferences
    var strategy = try #require(kind.strategy(count: count, top: 10))
    var asked = 0
    while true {
      let pairs = strategy.nextPairs(atMost: .max)
      if pairs.isEmpty { break }
      asked += pairs.count
      let answers = try pairs.map { pair in
        let over = try #require(preferences[pair.first, over: pair.second]).value
        let under = try #require(preferences[pair.second, over: pair.first]).value
        return LogOdds(selection == .upper ? over : (over - under) / 2)
      }
      strategy.receive(answers)
    }
    var options = Self.options(kind)
    options.pairSelection = selection
    let result = try model.reranker(options)
      .rerank(Self.documents, for: Passages.query, progress: nil)
    #expect(result.ranking.map(\.candidateIndex) == strategy.ranking)
    #expect(result.ranking.map(\.score) == (0..<count).map { Double(count - 1 - $0) })
    #expect(result.statistics.pairs == asked * (selection == .upper ? 1 : 2))
    #expect(result.statistics.forwardPasses == result.statistics.pairs)
  }

  @Test("A limit of pairs is kept, and the best ranking so far given")
  func limited() throws {
    for kind in PairwiseStrategyKind.allCases where kind != .all {
      for (limit, most) in [(0, 0), (1, 0), (7, 6)] {
        var options = Self.options(kind)
        options.pairLimit = limit
        let result = try ShippedModel.t5().reranker(options)
          .rerank(Self.documents, for: Passages.query, progress: nil)
        #expect(result.statistics.pairs <= most)
        #expect(Set(result.ranking.map(\.candidateIndex)) == Set(Self.documents.indices))
      }
    }
  }

  @Test("All pairs take no limit, and no strategy orders none")
  func refusals() throws {
    var limited = Self.options(.all)
    limited.pairLimit = 4
    #expect(throws: RerankingError.self) { try ShippedModel.t5().reranker(limited) }
    var empty = Self.options(.heapsort)
    empty.strategyTop = 0
    #expect(throws: RerankingError.self) { try ShippedModel.t5().reranker(empty) }
  }
}
