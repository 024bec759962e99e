import RankingCore
import Reranking
import Synchronization
import Testing

@Suite("Ranking documents in pairs")
struct DuoRankingTests {
  private static let documents = Passages.documents

  private static func reranker(
    _ mode: RankingMode, _ change: (inout RerankerOptions) -> Void = { _ in }
  ) throws -> any Reranker {
    var options = RerankerOptions()
    options.mode = mode
    change(&options)
    return try ShippedModel.t5().reranker(options)
  }

  @Test(
    "A document's score is the aggregate of its preferences",
    arguments: PairwiseAggregation.allCases, PairSelection.allCases)
  func aggregates(aggregation: PairwiseAggregation, selection: PairSelection) throws {
    let duo = try DuoT5(ShippedModel.t5())
    // Without the long one, which would take most of the time.
    let documents = Array(Self.documents.dropLast(2))
    let pairs = selection.pairs(count: documents.count)
    let preferences = try duo.preferences(
      among: documents, pairs: pairs, for: Passages.query
    ).preferences
    let expected = aggregation.scores(from: preferences)
    let result = try Self.reranker(.duo) {
      $0.aggregation = aggregation
      $0.pairSelection = selection
    }.rerank(documents, for: Passages.query, progress: nil)
    #expect(result.ranking.allSatisfy { $0.scale == .preference })
    #expect(result.ranking.map(\.score) == result.ranking.map { expected[$0.candidateIndex] })
    #expect(result.ranking.map(\.score) == expected.sorted(by: >))
    #expect(result.statistics.pairs == pairs.count)
    #expect(result.statistics.forwardPasses == pairs.count)
  }

  @Test("Duo compares the first candidates, and the others follow in their order")
  func tail() throws {
    let result = try Self.reranker(.duo) { $0.depth = 3 }
      .rerank(Self.documents, for: Passages.query, progress: nil)
    let head = result.ranking.prefix(3)
    let tail = result.ranking.dropFirst(3)
    #expect(Set(head.map(\.candidateIndex)) == [0, 1, 2])
    #expect(head.allSatisfy { $0.scale == .preference })
    #expect(tail.map(\.candidateIndex) == Array(3..<8))
    #expect(tail.map(\.score) == [-3, -4, -5, -6, -7])
    #expect(tail.allSatisfy { $0.scale == .given })
    #expect(result.statistics.pairs == 6)
    // The long document is in the tail.
    #expect(result.statistics.shortenedDocuments == 0)
  }

  @Test("A shortened document is counted once, however many pairs it is in")
  func shortened() throws {
    let result = try Self.reranker(.duo).rerank(Self.documents, for: Passages.query, progress: nil)
    #expect(result.statistics.shortenedDocuments == 1)
    let both = try Self.reranker(.monoDuo)
      .rerank(Self.documents, for: Passages.query, progress: nil)
    #expect(both.statistics.shortenedDocuments == 1)
  }

  @Test("Mono-duo compares mono's best, and the others keep mono's order and scores")
  func cascade() throws {
    let mono = try Self.reranker(.mono).rerank(Self.documents, for: Passages.query, progress: nil)
    let result = try Self.reranker(.monoDuo) { $0.depth = 3 }
      .rerank(Self.documents, for: Passages.query, progress: nil)
    let best = mono.ranking.prefix(3).map(\.document)
    let duo = try Self.reranker(.duo).rerank(best, for: Passages.query, progress: nil)
    #expect(result.ranking.prefix(3).map(\.document) == duo.ranking.map(\.document))
    #expect(result.ranking.prefix(3).map(\.score) == duo.ranking.map(\.score))
    #expect(result.ranking.dropFirst(3).map { $0 } == mono.ranking.dropFirst(3).map { $0 })
    for entry in result.ranking {
      #expect(Self.documents[entry.candidateIndex] == entry.document)
    }
    #expect(result.statistics.pairs == 6)
    #expect(result.statistics.forwardPasses == 8 + 6)
    #expect(result.statistics.tokens == mono.statistics.tokens + duo.statistics.tokens)
  }

  @Test("A weight of mono mixes its differences into the log-odds of each pair")
  func weighed() throws {
    let documents = Array(Self.documents.prefix(4))
    let mono = try MonoT5(ShippedModel.t5()).scores(of: documents, for: Passages.query)
    let order = mono.ranking(of: documents).map(\.candidateIndex)
    let pairs = PairSelection.allOrdered.pairs(count: documents.count)
    var preferences = try DuoT5(ShippedModel.t5()).preferences(
      among: order.map { documents[$0] }, pairs: pairs, for: Passages.query
    ).preferences
    for pair in pairs {
      let duo = try #require(preferences.preference(of: pair.first, over: pair.second))
      let difference = mono.scores[order[pair.first]] - mono.scores[order[pair.second]]
      preferences[pair.first, over: pair.second] = LogOdds(0.75 * duo.value + 0.25 * difference)
    }
    let expected = DuoT5.usualAggregation.scores(from: preferences)
    for scale in [nil, ScoreScale.probability] {
      let result = try Self.reranker(.monoDuo) {
        $0.monoWeight = 0.25
        $0.scale = scale
      }.rerank(documents, for: Passages.query, progress: nil)
      for entry in result.ranking {
        let position = try #require(order.firstIndex(of: entry.candidateIndex))
        #expect(abs(entry.score - expected[position]) < 1e-9)
      }
      #expect(result.ranking.map(\.score) == result.ranking.map(\.score).sorted(by: >))
    }
  }

  @Test("A weight of mono that leaves duo nothing is refused", arguments: [1, -0.1, .nan])
  func refusesWeight(weight: Double) {
    let error = #expect(throws: RerankingError.self) {
      try Self.reranker(.monoDuo) { $0.monoWeight = weight }
    }
    #expect(error?.description.contains("expected a weight of mono from 0 to below 1") == true)
  }

  @Test("Progress of mono-duo counts both stages in one total")
  func progress() throws {
    let seen = Mutex<[[Int]]>([])
    _ = try Self.reranker(.monoDuo) { $0.depth = 3 }
      .rerank(Self.documents, for: Passages.query) { finished, total in
        seen.withLock { $0.append([finished, total]) }
      }
    let reports = seen.withLock { $0 }
    #expect(reports.allSatisfy { $0[1] == 14 })
    #expect(reports.last == [14, 14])
    #expect(reports.map { $0[0] } == reports.map { $0[0] }.sorted())
  }

  @Test("Too many pairs are refused before any work", arguments: [RankingMode.duo, .monoDuo])
  func tooMany(mode: RankingMode) throws {
    let reranker = try Self.reranker(mode) { $0.maximumPairs = 55 }
    let wasCalled = Mutex(false)
    #expect(throws: RerankingError.tooManyPairs(found: 56, limit: 55)) {
      try reranker.rerank(Self.documents, for: Passages.query) { _, _ in
        wasCalled.withLock { $0 = true }
      }
    }
    #expect(!wasCalled.withLock { $0 })
    #expect(throws: Never.self) {
      try Self.reranker(mode) { $0.maximumPairs = 56 }
        .rerank(Self.documents, for: Passages.query, progress: nil)
    }
  }

  @Test("One document alone has the aggregate of no pairs")
  func alone() throws {
    for (aggregation, expected) in [(PairwiseAggregation.symmetricSum, 0.0), (.minimum, 0.5)] {
      let result = try Self.reranker(.duo) { $0.aggregation = aggregation }
        .rerank([Self.documents[0]], for: Passages.query, progress: nil)
      #expect(result.ranking.map(\.score) == [expected])
      #expect(result.statistics.pairs == 0)
    }
  }
}
