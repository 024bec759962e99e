import Retrieval
import Support
import Testing
import TrainingData

@Suite("Mining negatives")
struct NegativeMinerTests {
  // MARK: Kinds

  @Test("Random negatives are distinct passages of the pool, and none is a positive")
  func random() throws {
    let pool = Self.pool(queries: 3, passages: 12)
    var report = MiningReport()
    for example in try mine(pool, [.init(.random, 8)], &report) {
      let texts = example.negatives.map(\.text)
      #expect(Set(texts).count == 8 && !texts.contains(example.positives[0].text))
    }
    #expect(report.negatives == [.random: 24] && report.meanNegatives == 8)
    #expect(report.shortQueries == 0 && report.emptyQueries == 0)
  }

  @Test("BM25's negatives come from the window of ranks, in which positives do not count")
  func window() throws {
    // Shorter passages score higher for the same word: the ranks are the numbers.
    var pool = MiningPool()
    pool.add(TrainingExample(query: "honey", positive: Self.honey(2)))
    for length in 1...8 { pool.add(passage: Self.honey(length)) }
    pool.add(passage: "nothing of the kind")
    let options = Self.options([.init(.bm25, 3)]) {
      $0.ranks = 2...4
      $0.sampling = .top
    }
    let found = try #require(try mine(pool, options).first)
    #expect(found.negatives.map(\.text) == [3, 4, 5].map(Self.honey))
    var sampled = options
    sampled.sampling = .random
    sampled.negatives = [NegativeShare(.bm25, 2)]
    var seen = Set<String>()
    for seed in 0..<20 {
      sampled.seed = UInt64(seed)
      seen.formUnion(try mine(pool, sampled)[0].negatives.map(\.text))
    }
    #expect(seen == Set([3, 4, 5].map(Self.honey)))
  }

  @Test("The encoder's negatives are the passages most similar to the query")
  func encoder() throws {
    let encoder = try Self.encoder()
    var pool = MiningPool()
    pool.add(TrainingExample(query: "a cat", positive: "the immune system"))
    for text in ["how do vaccines work", "a cat", "the cat system", "work"] {
      pool.add(passage: text)
    }
    let embedded = try EmbeddedPool(pool, encoder: encoder, threads: 1)
    let options = Self.options([.init(.encoder, 4)]) { $0.sampling = .top }
    let miner = NegativeMiner(pool, options: options, embeddings: embedded, teacher: embedded)
    var report = MiningReport()
    let example = try #require(try miner.mine(0..<1, into: &report).first)
    // A text is most similar to itself.
    #expect(example.negatives.first?.text == "a cat" && example.negatives.count == 4)
    let scores = try #require(example.scores).dropFirst()
    #expect(scores.elementsEqual(scores.sorted(by: >)))
    // Unit vectors in fp32, the product in fp64.
    #expect(abs((scores.first ?? 0) - 1) <= 1e-6)
  }

  @Test("Negatives that came with the query are taken in their order")
  func given() throws {
    var pool = MiningPool()
    pool.add(TrainingExample(query: "q", positive: "p", negatives: ["n", "m", "n ", "p", "o"]))
    let found = try mine(pool, Self.options([.init(.given, 2), .init(.random, 5)]))[0]
    #expect(found.negatives.map(\.text) == ["n", "m", "o"])
  }

  @Test("Two kinds never take the same passage, and what is lacking is reported")
  func kindsTogether() throws {
    var pool = MiningPool()
    pool.add(TrainingExample(query: "honey", positive: Self.honey(1)))
    for length in 2...4 { pool.add(passage: Self.honey(length)) }
    pool.add(TrainingExample(query: "unheard", positive: "of"))
    var report = MiningReport()
    let shares: [NegativeShare] = [.init(.bm25, 3), .init(.random, 2)]
    let found = try mine(pool, shares, &report)
    #expect(Set(found[0].negatives.map(\.text)).count == 4 && found[0].negatives.count == 4)
    #expect(found[0].negatives.last?.text == "of")
    #expect(report.negatives == [.bm25: 3, .random: 3])
    #expect(report.repeated == 3 && report.shortQueries == 2)
  }

  @Test("A query without any negative has no example, and is counted")
  func nothingFound() throws {
    var pool = MiningPool()
    pool.add(TrainingExample(query: "zebra", positive: "honey"))
    pool.add(passage: "ants")
    var report = MiningReport()
    #expect(try mine(pool, [.init(.bm25, 1)], &report).isEmpty)
    #expect(report.emptyQueries == 1 && report.queries == 1 && report.meanNegatives == nil)
  }

  // MARK: Limits

  /// Scores of the passages 0, 1, 2 …; the first two are positives.
  private struct Listed: PassageScorer {
    let scores: [Double]
    func scores(for pairs: [PoolPair]) -> [Double] { pairs.map { scores[$0.passage] } }
  }

  private static func taken(
    _ scores: [Double], _ limits: ScoreLimits
  ) throws -> (passages: [String], report: MiningReport, scores: [Double]?) {
    var pool = MiningPool()
    let negatives = scores.indices.dropFirst(2).map(String.init)
    let positives = ["0", "1"].map { TrainingExample.Passage($0, grade: 1) }
    pool.add(
      TrainingExample(
        query: "q", positives: positives, negatives: negatives.map { .init($0, grade: 0) }))
    let options = options([.init(.given, 10)]) { $0.limits = limits }
    var report = MiningReport()
    let miner = NegativeMiner(pool, options: options, teacher: Listed(scores: scores))
    let example = try miner.mine(0..<1, into: &report).first
    return (example?.negatives.map(\.text) ?? [], report, example?.scores)
  }

  @Test("An absolute margin is about the positive with the least score, and admits equality")
  func absoluteMargin() throws {
    let scores = [1, 0.75, 0.75, 0.5, 0.625, -1]
    let found = try Self.taken(scores, ScoreLimits(absoluteMargin: 0.25))
    #expect(found.passages == ["3", "5"] && found.report.nearPositive == 2)
    #expect(found.scores == [1, 0.75, 0.5, -1])
    #expect(
      try Self.taken(scores, ScoreLimits(absoluteMargin: 0)).passages == ["2", "3", "4", "5"])
  }

  @Test("A relative margin is a share of the positive's magnitude, whatever its sign")
  func relativeMargin() throws {
    let limits = ScoreLimits(relativeMargin: 0.25)
    #expect(try Self.taken([4, 5, 3, 3.125, -4], limits).passages == ["2", "4"])
    #expect(try Self.taken([-4, 5, -4.5, -5, -6], limits).passages == ["3", "4"])
  }

  @Test("A maximum score admits itself, and limits are counted apart")
  func maximumScore() throws {
    let found = try Self.taken(
      [9, 8, 8, 2, 1, 3], ScoreLimits(absoluteMargin: 1, maximumScore: 2))
    #expect(found.passages == ["3", "4"])
    #expect(found.report.nearPositive == 1 && found.report.aboveMaximum == 1)
  }

  @Test("What a limit leaves out is replaced from farther down the window")
  func replacement() throws {
    var pool = MiningPool()
    let negatives = (2..<8).map(String.init)
    pool.add(TrainingExample(query: "q", positive: "0"))
    pool.add(TrainingExample(query: "r", positive: "1", negatives: negatives))
    let options = Self.options([.init(.given, 2)]) {
      $0.limits = ScoreLimits(maximumScore: 0)
    }
    let miner = NegativeMiner(
      pool, options: options, teacher: Listed(scores: [5, 5, 1, 0, 1, 1, 0, 0]))
    var report = MiningReport()
    let found = try miner.mine(0..<2, into: &report)
    #expect(found.map(\.query) == ["r"] && found[0].negatives.map(\.text) == ["3", "6"])
    #expect(report.aboveMaximum == 3 && report.emptyQueries == 1)
  }

  @Test("Without a teacher BM25's scores serve limits, and are not written")
  func wordLimits() throws {
    var pool = MiningPool()
    pool.add(TrainingExample(query: "honey", positive: Self.honey(4)))
    for length in 1...7 { pool.add(passage: Self.honey(length)) }
    let options = Self.options([.init(.bm25, 9)]) {
      $0.limits = ScoreLimits(absoluteMargin: 1e-6)
      $0.sampling = .top
    }
    let found = try mine(pool, options)[0]
    #expect(found.negatives.map(\.text) == [5, 6, 7].map(Self.honey) && found.scores == nil)
  }

  // MARK: Chance

  @Test("Negatives depend on the seed, not on threads nor on how queries are cut into slices")
  func determinism() throws {
    let pool = Self.pool(queries: 9, passages: 40)
    let encoder = try Self.encoder()
    let shares: [NegativeShare] = [.init(.random, 3), .init(.bm25, 3), .init(.encoder, 3)]
    func mined(seed: UInt64, threads: Int, slice: Int) throws -> [TrainingExample] {
      let options = Self.options(shares) {
        $0.seed = seed
        $0.limits = ScoreLimits(relativeMargin: 0.001)
      }
      let embedded = try EmbeddedPool(pool, encoder: encoder, threads: threads)
      let miner = NegativeMiner(
        pool, options: options, words: try WordPool(pool, threads: threads),
        embeddings: embedded, teacher: embedded)
      var report = MiningReport()
      return try stride(from: 0, to: pool.queries.count, by: slice).flatMap {
        try miner.mine($0..<min($0 + slice, pool.queries.count), into: &report)
      }
    }
    let one = try mined(seed: 7, threads: 1, slice: 9)
    #expect(!one.isEmpty)
    #expect(try mined(seed: 7, threads: 3, slice: 2) == one)
    #expect(try mined(seed: 8, threads: 1, slice: 9) != one)
  }

  // MARK: Parts

  /// A passage of so many words, one of which is honey.
  private static func honey(_ length: Int) -> String {
    (["honey"] + (1..<length).map { "w\($0)" }).joined(separator: " ")
  }

  /// Queries of one word, each in some passages; passage i is the positive of query i.
  private static func pool(queries: Int, passages: Int) -> MiningPool {
    var pool = MiningPool()
    var random = SeededRandom(seed: 3)
    let words = (0..<queries).map { "word\($0)" }
    let texts = (0..<passages).map { number in
      "passage\(number) "
        + (0..<4).compactMap { _ in words.randomElement(using: &random) }
        .joined(separator: " ")
    }
    for (word, text) in zip(words, texts) {
      pool.add(TrainingExample(query: word, positive: text))
    }
    for text in texts { pool.add(passage: text) }
    return pool
  }

  private static func options(
    _ shares: [NegativeShare], _ change: (inout MiningOptions) -> Void = { _ in }
  ) -> MiningOptions {
    var options = MiningOptions()
    options.negatives = shares
    change(&options)
    return options
  }

  private func mine(
    _ pool: MiningPool, _ options: MiningOptions
  ) throws -> [TrainingExample] {
    var report = MiningReport()
    let miner = NegativeMiner(pool, options: options, words: try WordPool(pool, threads: 1))
    return try miner.mine(0..<pool.queries.count, into: &report)
  }

  private func mine(
    _ pool: MiningPool, _ shares: [NegativeShare], _ report: inout MiningReport
  ) throws -> [TrainingExample] {
    let miner = NegativeMiner(
      pool, options: Self.options(shares), words: try WordPool(pool, threads: 1))
    return try miner.mine(0..<pool.queries.count, into: &report)
  }

  /// A tiny BERT without sentence-transformers' files: the mean over the tokens.
  private static func encoder() throws -> BiEncoder {
    try BiEncoder(path: Fixture.encoder)
  }
}
