import RankingCore
import Reranking
import Synchronization
import Testing
import Tokenization

@Suite("Ranking documents one by one")
struct PointwiseRankingTests {
  @Test("Passages about the query stand above others", arguments: ScoreStabilityTests.modes)
  func sane(mode: RankingMode) throws {
    let model = try ShippedModel.model(for: mode)
    var options = RerankerOptions()
    options.mode = mode
    let ranking = try model.reranker(options).rank(
      query: Passages.query.text, documents: Passages.documents.map(\.text))
    #expect(ranking.count == Passages.documents.count)
    #expect(Set(ranking.map(\.candidateIndex)) == Set(Passages.documents.indices))
    let ranks = Dictionary(
      uniqueKeysWithValues: ranking.enumerated().map { ($1.candidateIndex, $0) })
    for relevant in [0, 2] {
      for stray in [1, 6] {
        #expect(ranks[relevant, default: 99] < ranks[stray, default: -1], "\(relevant), \(stray)")
      }
    }
    let best = try model.reranker(options).rank(
      query: Passages.query.text, documents: Passages.documents.map(\.text), topK: 3)
    #expect(best.entries == Array(ranking.entries.prefix(3)))
  }

  @Test("No documents make an empty ranking, and one document a ranking of one")
  func few() throws {
    for mode in RankingMode.allCases {
      var options = RerankerOptions()
      options.mode = mode
      let model = try ShippedModel.model(for: mode)
      let reranker = try model.reranker(options)
      let none = try reranker.rerank([], for: Passages.query, progress: nil)
      #expect(none.ranking.isEmpty)
      #expect(none.statistics.forwardPasses == 0)
      let one = try reranker.rerank(
        [Document(id: "x", text: "")], for: Passages.query, progress: nil)
      #expect(one.ranking.map(\.document.id) == ["x"])
    }
    #expect(try MonoT5(ShippedModel.t5()).scores(for: []).isEmpty)
  }

  @Test("Equal documents keep their order")
  func ties() throws {
    let documents = (0..<5).map { Document(id: "\($0)", text: "a wing") }
    for mode in RankingMode.allCases {
      var options = RerankerOptions()
      options.mode = mode
      let model = try ShippedModel.model(for: mode)
      let ranking = try model.reranker(options).rerank(
        documents, for: Passages.query, progress: nil
      ).ranking
      #expect(ranking.map(\.candidateIndex) == Array(0..<5), "\(mode)")
    }
  }

  @Test("A query without words is refused by its identifier", arguments: ["", " \n\u{3000}"])
  func emptyQuery(text: String) throws {
    for mode in RankingMode.allCases {
      var options = RerankerOptions()
      options.mode = mode
      let model = try ShippedModel.model(for: mode)
      let reranker = try model.reranker(options)
      let error = refusal {
        try reranker.rerank(Passages.documents, for: Query(id: "q7", text: text), progress: nil)
      }
      guard case .unusableQuery("q7", _) = error else {
        Issue.record("\(mode): \(String(describing: error))")
        return
      }
    }
    let scorer = try MonoT5(ShippedModel.t5())
    let error = refusal { try scorer.scores(for: [TextPair("x", "y"), TextPair(text, "y")]) }
    #expect(error?.description.contains("of pair 1") == true)
  }

  @Test("The order is the log-odds' even where probabilities are equal")
  func saturation() throws {
    var options = RerankerOptions()
    options.scale = .probability
    let texts = ["a b c", "d e f g", "h", "i j", "k l m n o", "p q", "r s t", "u", "v w x y z"]
    let documents = texts.map { Document(text: $0) }
    // So large that the sigmoid of most logits is exactly 1, or of some exactly 0.
    let (ranking, logits) = try TinyBERT.read(classifier: { $0 * 10_000 }) { model in
      let result = try CrossEncoder(model, options: options)
        .rerank(documents, for: Passages.query, progress: nil)
      options.scale = .logit
      let scored = try CrossEncoder(model, options: options)
        .scores(of: documents, for: Passages.query, progress: nil)
      #expect(scored.order == scored.scores)
      return (result.ranking, scored.scores)
    }
    let scores = ranking.map(\.score)
    #expect(zip(scores, scores.dropFirst()).contains { $0 == $1 }, "nothing is saturated")
    #expect(Set(logits).count == logits.count)
    #expect(
      ranking.map(\.candidateIndex) == documents.indices.sorted { logits[$0] > logits[$1] })
  }

  @Test("Each scale of mono comes from the same log-odds")
  func scales() throws {
    func scores(_ scale: ScoreScale?) throws -> ScoredDocuments {
      var options = RerankerOptions()
      options.scale = scale
      let scorer = try MonoT5(ShippedModel.t5(), options: options)
      #expect(scorer.scale == scale ?? .logit)
      return try scorer.scores(of: Passages.documents, for: Passages.query)
    }
    let logits = try scores(nil)
    #expect(logits.scores == logits.order)
    #expect(try scores(.logit).scores == logits.scores)
    let probabilities = try scores(.probability)
    #expect(probabilities.scores == logits.scores.map { LogOdds($0).probability })
    #expect(probabilities.order == logits.scores)
    #expect(
      try scores(.logProbability).scores == logits.scores.map { LogOdds($0).logProbability })
    #expect(logits.distributions == nil)
  }

  @Test("RankT5's score is the expected value of the distribution that comes with it")
  func ratings() throws {
    let result = try RankT5(ShippedModel.t5()).rerank(
      Passages.documents, for: Passages.query, progress: nil)
    for entry in result.ranking {
      #expect(entry.scale == .expectedValue)
      let distribution = try #require(entry.distribution)
      #expect(distribution.count == 10)
      // Sums of ten doubles of at most 9.
      #expect(abs(distribution.reduce(0, +) - 1) < 1e-12)
      let expected = distribution.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
      #expect(abs(entry.score - expected) < 1e-12)
    }
  }

  @Test("The paper's RankT5 gives a raw logit, and no distribution")
  func rawLogit() throws {
    var options = RerankerOptions()
    options.mode = .rank
    options.prompts = ["rankt5"]
    let result = try ShippedModel.t5().reranker(options).rerank(
      Passages.documents, for: Passages.query, progress: nil)
    #expect(result.ranking.allSatisfy { $0.scale == .logit && $0.distribution == nil })
  }

  @Test("What it took is counted, and each shortened document once")
  func statistics() throws {
    let result = try MonoT5(ShippedModel.t5()).rerank(
      Passages.documents, for: Passages.query, progress: nil)
    #expect(result.statistics.forwardPasses == Passages.documents.count)
    #expect(result.statistics.shortenedDocuments == 1)
    #expect(result.statistics.shortenedQueries == 0)
    #expect(result.statistics.pairs == 0)
    #expect(result.statistics.tokens > 512)
    #expect(result.statistics.operations > 0)

    let longQuery = Query(text: String(repeating: "vaccine ", count: 600))
    for mode in RankingMode.allCases {
      var options = RerankerOptions()
      options.mode = mode
      options.depth = 4
      let model = try ShippedModel.model(for: mode)
      let statistics = try model.reranker(options).rerank(
        Passages.documents, for: longQuery, progress: nil
      ).statistics
      #expect(statistics.shortenedQueries == 1, "\(mode)")
    }
  }

  @Test("Progress goes up to the number of documents")
  func progress() throws {
    let seen = Mutex<[[Int]]>([])
    _ = try MonoT5(ShippedModel.t5()).rerank(Passages.documents, for: Passages.query) {
      (finished: Int, total: Int) in seen.withLock { $0.append([finished, total]) }
    }
    let reports = seen.withLock { $0 }
    #expect(reports.last == [8, 8])
    #expect(reports.map { $0[0] } == reports.map { $0[0] }.sorted())
  }

  @Test("Spelt control tokens change a score only where they are recognized")
  func controlTokens() throws {
    let spelt = [TextPair("what is lift", "it is </s> lift <extra_id_10>")]
    let spaced = [TextPair("what is lift", "it is < / s> lift")]
    func scores(_ pairs: [TextPair], _ policy: SpecialTokenPolicy) throws -> [Double] {
      var options = RerankerOptions()
      options.specialTokens = policy
      return try MonoT5(ShippedModel.t5(), options: options).scores(for: pairs)
    }
    #expect(try scores(spelt, .literal) != scores(spelt, .recognized))
    #expect(try scores(spaced, .literal) == scores(spaced, .recognized))
    func crossed(_ text: String, _ policy: SpecialTokenPolicy) throws -> [Double] {
      var options = RerankerOptions()
      options.specialTokens = policy
      return try CrossEncoder(ShippedModel.bert(), options: options)
        .scores(for: [TextPair("what is lift", text)])
    }
    #expect(try crossed("it is [SEP] lift", .literal) != crossed("it is [SEP] lift", .recognized))
    #expect(try crossed("it is lift", .literal) == crossed("it is lift", .recognized))
  }

  @Test("Queries that only Swift holds to be equal are scored apart")
  func equivalentQueries() throws {
    let scorer = try MonoT5(ModelDirectory(path: ScoredFamily("byt5").folder))
    let pairs = ["caf\u{E9}", "cafe\u{301}"].map { TextPair($0, "the house of coffee") }
    let alone = try pairs.map { try scorer.scores(for: [$0]) }
    #expect(alone[0] != alone[1])
    #expect(try scorer.scores(for: pairs) == alone[0] + alone[1])
  }

  @Test("Broken weights are reported by document, not ranked")
  func notFinite() throws {
    try TinyBERT.read(classifier: { _ in .nan }) { model in
      let reranker = try CrossEncoder(model)
      let error = refusal {
        try reranker.rerank(
          [Document(id: "d9", text: "a")], for: Passages.query, progress: nil)
      }
      #expect(error == .scoreNotFinite(documentID: "d9", found: "nan"))
      let unnamed = refusal {
        try reranker.rerank([Document(text: "a")], for: Passages.query, progress: nil)
      }
      #expect(unnamed == .scoreNotFinite(documentID: "at 0", found: "nan"))
    }
  }
}
