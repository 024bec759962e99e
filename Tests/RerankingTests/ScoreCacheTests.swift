import Foundation
import RankingCore
import Reranking
import Support
import Synchronization
import Testing
import Tokenization
import Transformers

@Suite("Ranking through a score cache")
struct ScoreCacheTests {
  private static let documents = {
    var random = SeededRandom(seed: 51)
    return Passages.many(6, using: &random) + Passages.documents
  }()

  private static func result(
    _ mode: RankingMode, _ cache: (any ScoreCache)?, documents: [Document] = documents,
    query: Query = Passages.query, model: ModelDirectory? = nil,
    _ change: (inout RerankerOptions) -> Void = { _ in },
    progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> RerankingResult {
    var options = RerankerOptions()
    options.mode = mode
    options.depth = 6
    options.threads = 2
    options.cache = cache
    change(&options)
    let shipped = try ShippedModel.model(for: mode)
    return try (model ?? shipped).reranker(options)
      .rerank(documents, for: query, progress: progress)
  }

  @Test("changes no bit of a ranking, and computes nothing twice", arguments: RankingMode.allCases)
  func sameBits(mode: RankingMode) throws {
    let plain = try Self.result(mode, nil)
    #expect(plain.statistics.cacheHits == 0 && plain.statistics.cacheMisses == 0)
    let cache = MemoryScoreCache(capacity: 10_000)
    let cold = try Self.result(mode, cache)
    #expect(cold.ranking == plain.ranking)
    // A ColBERT's query is a pass of its own.
    let passes = plain.statistics.forwardPasses - (mode == .colbert ? 1 : 0)
    #expect(cold.statistics.cacheMisses == passes)
    #expect(cold.statistics.cacheHits == 0)
    let warm = try Self.result(mode, cache)
    // Equal as values: scores compare by their numbers, and none is NaN or a negative zero beside 0.
    #expect(warm.ranking == plain.ranking)
    #expect(
      warm.ranking.map(\.score.bitPattern) == plain.ranking.map(\.score.bitPattern))
    var expected = plain.statistics
    expected.cacheHits = passes
    (expected.forwardPasses, expected.tokens, expected.operations) = (0, 0, 0)
    #expect(warm.statistics == expected)
  }

  @Test("serves auto and the precision that it stands for from the same answers")
  func automaticPrecision() throws {
    let cache = MemoryScoreCache(capacity: 10_000)
    _ = try Self.result(.cross, cache) { $0.precision = .auto }
    let precision = try ShippedModel.bert().precision(.auto)
    let named = try Self.result(.cross, cache) { $0.precision = precision }
    #expect(named.statistics.cacheMisses == 0)
  }

  @Test("serves every scale, any number of threads and any batch from the same answers")
  func scales() throws {
    let cache = MemoryScoreCache(capacity: 10_000)
    for (mode, scales) in [
      (RankingMode.mono, [ScoreScale.logit, .logProbability, .probability]),
      (.rank, [.expectedValue, .logit, .probability]), (.cross, [.logit, .probability]),
    ] {
      _ = try Self.result(mode, cache)
      for scale in scales {
        func change(_ options: inout RerankerOptions) {
          options.scale = scale
          options.threads = 1
          options.batchTokens = 100
        }
        let warm = try Self.result(mode, cache, change)
        #expect(warm.statistics.forwardPasses == 0, "\(mode) \(scale)")
        #expect(try warm.ranking == Self.result(mode, nil, change).ranking, "\(mode) \(scale)")
      }
    }
    // Mono's answers serve the first stage of a cascade, and duo's its second.
    _ = try Self.result(.monoDuo, cache)
    let aggregated = try Self.result(.monoDuo, cache) { $0.aggregation = .copeland }
    #expect(aggregated.statistics.forwardPasses == 0)
  }

  @Test("tells apart whatever changes an answer", arguments: [RankingMode.mono, .rank, .cross])
  func keys(mode: RankingMode) throws {
    let cache = MemoryScoreCache(capacity: 10_000)
    _ = try Self.result(mode, cache)
    var changes: [(String, (inout RerankerOptions) -> Void)] = [
      ("budget", { $0.maximumTokens = 40 }), ("special tokens", { $0.specialTokens = .recognized }),
      ("truncation", { $0.truncation = mode == .cross ? .document : .prompt }),
      ("precision", { $0.precision = .bf16 }), ("other precision", { $0.precision = .int8 }),
    ]
    if mode != .cross {
      changes.append(("prompt", { $0.prompts = [mode == .mono ? "monot5-yes-no" : "rankt5"] }))
    }
    for (name, change) in changes {
      let other = try Self.result(mode, cache, change)
      #expect(other.statistics.cacheHits == 0, "\(name)")
      #expect(try other.ranking == Self.result(mode, nil, change).ranking, "\(name)")
    }
    let query = Query(id: "other", text: Passages.query.text + " ")
    #expect(try Self.result(mode, cache, query: query).statistics.cacheHits == 0)
    let renamed = Self.documents.map { Document(id: $0.id + "x", text: $0.text) }
    #expect(try Self.result(mode, cache, documents: renamed).statistics.cacheMisses == 0)
  }

  @Test("computes only what is new, and reports progress to the end", arguments: [1, 7, 13])
  func partly(known: Int) throws {
    for mode in [RankingMode.mono, .duo, .cross] {
      let cache = MemoryScoreCache(capacity: 10_000)
      let first = try Self.result(
        mode, cache, documents: Array(Self.documents.prefix(known))
      ) { $0.depth = 20 }
      let seen = Mutex<[[Int]]>([])
      let all = try Self.result(mode, cache, { $0.depth = 20 }) { finished, total in
        seen.withLock { $0.append([finished, total]) }
      }
      let plain = try Self.result(mode, nil) { $0.depth = 20 }
      #expect(all.ranking == plain.ranking)
      #expect(all.statistics.shortenedDocuments == plain.statistics.shortenedDocuments)
      #expect(all.statistics.cacheHits == first.statistics.cacheMisses)
      #expect(
        all.statistics.forwardPasses
          == plain.statistics.forwardPasses - first.statistics.forwardPasses)
      let reports = seen.withLock { $0 }
      let total = plain.statistics.forwardPasses
      #expect(reports.last == [total, total])
      #expect(reports.map { $0[0] } == reports.map { $0[0] }.sorted())
    }
  }

  @Test("takes plain scores of pairs from it, too")
  func pairs() throws {
    var options = RerankerOptions()
    options.cache = MemoryScoreCache(capacity: 100)
    let scorer = try MonoT5(ShippedModel.t5(), options: options)
    let pairs = Self.documents.flatMap {
      [TextPair(Passages.query.text, $0.text), TextPair("lift of a wing", $0.text)]
    }
    let expected = try MonoT5(ShippedModel.t5()).scores(for: pairs)
    #expect(try scorer.scores(for: pairs) == expected)
    #expect(try scorer.scores(for: pairs) == expected)
  }

  @Test("does not believe a cache that gives something else than an answer")
  func nonsense() throws {
    struct Nonsense: ScoreCache {
      let value: [UInt8]
      func values(for keys: [ScoreKey]) -> [[UInt8]?] { keys.map { _ in value } }
      func store(_ entries: [(key: ScoreKey, value: [UInt8])]) {}
    }
    let expected = try Self.result(.mono, nil).ranking
    let zeros = [UInt8](repeating: 0, count: 16)
    let unknownFlag: [UInt8] = [4] + zeros
    let notANumber: [UInt8] = [0] + [UInt8](repeating: 0xFF, count: 16)
    for value in [[], [0], zeros, unknownFlag, zeros + zeros, notANumber] {
      let result = try Self.result(.mono, Nonsense(value: value))
      #expect(result.statistics.cacheHits == 0, "\(value)")
      #expect(result.ranking == expected, "\(value)")
    }
  }

  @Test("knows a model by its files: moved they are the same, changed they are another")
  func fingerprint() throws {
    let cache = MemoryScoreCache(capacity: 1000)
    _ = try Self.result(.mono, cache)
    let original = ShippedModel.path("t5rank-mini")
    try withModelFolder(of: original) { folder in
      let moved = try Self.result(.mono, cache, model: ModelDirectory(path: folder))
      #expect(moved.statistics.cacheMisses == 0)
    }
    let configuration = try String(contentsOfFile: original + "/config.json", encoding: .utf8)
    for texts in [
      ["config.json": configuration + " "], ["tokenizer_config.json": "{\"extra_ids\": 100}"],
    ] {
      try withModelFolder(of: original, replacing: texts) { folder in
        let changed = try Self.result(.mono, cache, model: ModelDirectory(path: folder))
        #expect(changed.statistics.cacheHits == 0, "\(texts.keys)")
      }
    }
    try withModelFolder(of: original, replacing: ["config.json": configuration]) { folder in
      let model = try ModelDirectory(path: folder)
      try Data((configuration + " ").utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
      #expect {
        try Self.result(.mono, cache, model: model)
      } throws: { error in
        String(describing: error).contains("config.json: expected the file as it was")
      }
    }
  }
}
