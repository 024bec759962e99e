import RankingCore
import Reranking
import Support
import Synchronization
import Testing
import Transformers

@Suite("Scores depend on their texts alone")
struct ScoreStabilityTests {
  /// Each pointwise scorer over its shipped model.
  static let modes: [RankingMode] = [.mono, .rank, .cross]

  static func scorer(
    _ mode: RankingMode, _ change: (inout RerankerOptions) -> Void = { _ in }
  ) throws -> any PointwiseScorer {
    var options = RerankerOptions()
    options.threads = 1
    change(&options)
    switch mode {
    case .mono: return try MonoT5(ShippedModel.t5(), options: options)
    case .rank: return try RankT5(ShippedModel.t5(), options: options)
    default: return try CrossEncoder(ShippedModel.bert(), options: options)
    }
  }

  private static let documents = {
    var random = SeededRandom(seed: 31)
    return Passages.many(32, using: &random) + Passages.documents
  }()

  private static let precisions: [Precision] = [.fp32, .bf16, .int8]

  private static func bits(_ scores: [Double]) -> [UInt64] { scores.map(\.bitPattern) }

  @Test("to the last bit, whatever the batch and the threads", arguments: modes, precisions)
  func batches(mode: RankingMode, precision: Precision) throws {
    let usual = try Self.scorer(mode) { $0.precision = precision }
    let expected = try usual.scores(of: Self.documents, for: Passages.query, progress: nil).scores
    for (threads, batchTokens) in [(1, 1), (1, 100), (2, 300), (2, 2048), (3, 100_000)] {
      let scorer = try Self.scorer(mode) {
        $0.precision = precision
        $0.threads = threads
        $0.batchTokens = batchTokens
      }
      let scores = try scorer.scores(of: Self.documents, for: Passages.query, progress: nil)
      #expect(Self.bits(scores.scores) == Self.bits(expected), "\(threads), \(batchTokens)")
    }
    for size in [1, 2, 7, 32] {
      var scores: [Double] = []
      for start in stride(from: 0, to: Self.documents.count, by: size) {
        let some = Array(Self.documents[start..<min(start + size, Self.documents.count)])
        scores += try usual.scores(of: some, for: Passages.query, progress: nil).scores
      }
      #expect(Self.bits(scores) == Self.bits(expected), "\(size) at a time")
    }
  }

  @Test(
    "in any order of the documents, alone or as pairs of many queries", arguments: modes, precisions
  )
  func orders(mode: RankingMode, precision: Precision) throws {
    let scorer = try Self.scorer(mode) {
      $0.precision = precision
      $0.threads = 2
    }
    let documents = Self.documents.suffix(17).dropLast().map { $0 }
    let expected = try scorer.scores(of: documents, for: Passages.query, progress: nil).scores
    let seed: UInt64 = 32
    var random = SeededRandom(seed: seed)
    for _ in 0..<3 {
      let order = documents.indices.shuffled(using: &random)
      let scores = try scorer.scores(
        of: order.map { documents[$0] }, for: Passages.query, progress: nil)
      #expect(Self.bits(scores.scores) == Self.bits(order.map { expected[$0] }), "seed \(seed)")
      let pairs = order.flatMap { index in
        [
          TextPair(Passages.query.text, documents[index].text),
          TextPair("lift of a wing", documents[index].text),
        ]
      }
      let mixed = try scorer.scores(for: pairs)
      #expect(mixed.count == pairs.count)
      let own = stride(from: 0, to: mixed.count, by: 2).map { mixed[$0] }
      #expect(Self.bits(own) == Self.bits(order.map { expected[$0] }), "seed \(seed)")
    }
  }

  @Test("Preferences of pairs do not depend on the other pairs, the batch or the threads")
  func preferences() throws {
    let documents = Array(Self.documents.suffix(8))
    let pairs = PairSelection.allOrdered.pairs(count: documents.count)
    let expected = try Self.duo(1, 2048).preferences(
      among: documents, pairs: pairs, for: Passages.query
    ).preferences
    for (threads, batchTokens) in [(1, 1), (2, 700), (2, 100_000)] {
      let compared = try Self.duo(threads, batchTokens).preferences(
        among: documents, pairs: pairs, for: Passages.query)
      #expect(compared.preferences == expected, "\(threads), \(batchTokens)")
    }
    for pair in pairs.prefix(20) {
      let alone = try Self.duo(1, 2048).preferences(
        among: [documents[pair.first], documents[pair.second]],
        pairs: [IndexPair(first: 0, second: 1)], for: Passages.query)
      #expect(
        alone.preferences[0, over: 1] == expected[pair.first, over: pair.second], "\(pair)")
    }
  }

  @Test("A budget so large that few prompts are in memory at once changes no bit")
  func slices() throws {
    // Eight prompts of 2²⁰ tokens at a time.
    var options = RerankerOptions()
    options.maximumTokens = 1 << 20
    // The last of all is cut by the usual budget.
    let documents = Array(Self.documents.dropLast())
    let seen = Mutex<[[Int]]>([])
    let sliced = try MonoT5(ShippedModel.t5(), options: options).scores(
      of: documents, for: Passages.query
    ) { finished, total in seen.withLock { $0.append([finished, total]) } }
    let whole = try MonoT5(ShippedModel.t5()).scores(of: documents, for: Passages.query)
    #expect(Self.bits(sliced.scores) == Self.bits(whole.scores))
    #expect(sliced.statistics.tokens == whole.statistics.tokens)
    let reports = seen.withLock { $0 }
    #expect(reports.allSatisfy { $0[1] == documents.count })
    #expect(reports.map { $0[0] } == reports.map { $0[0] }.sorted())
    #expect(reports.last == [documents.count, documents.count])

    let few = Array(documents.suffix(6))
    let duo = try DuoT5(ShippedModel.t5(), options: options)
      .rerank(few, for: Passages.query)
    let usual = try DuoT5(ShippedModel.t5()).rerank(few, for: Passages.query)
    #expect(duo.ranking == usual.ranking)
    #expect(duo.statistics.forwardPasses == 30)
  }

  private static func duo(_ threads: Int, _ batchTokens: Int) throws -> DuoT5 {
    var options = RerankerOptions()
    options.threads = threads
    options.batchTokens = batchTokens
    return try DuoT5(ShippedModel.t5(), options: options)
  }

  @Test("Many tasks at once get the same bits", arguments: RankingMode.allCases)
  func concurrency(mode: RankingMode) async throws {
    var options = RerankerOptions()
    options.mode = mode
    options.depth = 4
    options.threads = 2
    let model = try ShippedModel.model(for: mode)
    let reranker = try model.reranker(options)
    let documents = Array(Self.documents.suffix(10))
    let expected = try reranker.rerank(documents, for: Passages.query, progress: nil).ranking
    try await withThrowingTaskGroup(of: Ranking.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try reranker.rerank(documents, for: Passages.query, progress: nil).ranking
        }
      }
      for try await ranking in group { #expect(ranking == expected) }
    }
  }
}
