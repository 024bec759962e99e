import RankingCore
import Reranking
import Testing

@Suite("Explaining a ranking")
struct ExplainerTests {
  private static let documents = Array(Passages.documents.prefix(4))

  private static func explanation(
    _ mode: RankingMode, depth: Int = 3, limit: Int = 10
  ) throws -> Explanation {
    var options = RerankerOptions()
    options.mode = mode
    options.depth = depth
    let reranker = try ShippedModel.t5().reranker(options)
    let ranking = try reranker.rerank(documents, for: Passages.query, progress: nil).ranking
    return try Explainer(reranker, documentLimit: limit).explain(ranking, for: Passages.query)
  }

  @Test("Mono-duo: both stages' scores, words by mono, pairs by duo, and what it took")
  func monoDuo() throws {
    let model = try ShippedModel.t5()
    let explanation = try Self.explanation(.monoDuo)
    let mono = try MonoT5(model).rerank(Self.documents, for: Passages.query, progress: nil).ranking
    #expect(explanation.stages.map(\.name) == ["mono", "duo"])
    #expect(explanation.stages.map(\.scale) == [.logit, .preference])
    #expect(explanation.stages.map(\.prompt) == ["monot5", "duot5"])
    #expect(explanation.stages.allSatisfy { $0.modelPath == model.path })
    #expect(explanation.wordBasis == .score(explanation.stages[0], in: .logit))
    for (position, entry) in explanation.entries.enumerated() {
      let first = mono.first { $0.document == entry.ranked.document }
      #expect(entry.stageScores.first == first.map { StageScore(stage: "mono", score: $0.score) })
      #expect(
        entry.stageScores.dropFirst().map(\.score) == (position < 3 ? [entry.ranked.score] : []))
    }
    let comparison = try #require(explanation.comparison)
    #expect(comparison.positions == [0, 1, 2])
    let pairs = PairSelection.allOrdered.pairs(count: 3)
    let expected = try DuoT5(model).preferences(
      among: explanation.entries.prefix(3).map(\.ranked.document), pairs: pairs,
      for: Passages.query)
    #expect(comparison.preferences == expected.preferences)
    let words = Self.documents.reduce(0) { $0 + $1.text.split(separator: " ").count }
    #expect(explanation.forwardPasses == 6 + 4 * (1 + 4) + words)
  }

  @Test("Duo alone explains words by comparisons, of those that it compared")
  func duo() throws {
    let explanation = try Self.explanation(.duo)
    #expect(explanation.wordBasis == .comparison(explanation.stages[0]))
    #expect(explanation.entries.map { $0.words == nil } == [false, false, false, true])
    #expect(explanation.entries.map(\.stageScores.count) == [1, 1, 1, 0])
  }

  @Test("Only as many documents are explained as were asked for; of none there is nothing")
  func limit() throws {
    let explanation = try Self.explanation(.mono, limit: 2)
    #expect(explanation.entries.count == 2 && explanation.candidateCount == 4)
    let reranker = try MonoT5(ShippedModel.t5())
    let nothing = try Explainer(reranker).explain(Ranking(ordered: []), for: Passages.query)
    #expect(nothing.entries.isEmpty && nothing.forwardPasses == 0)
  }

  @Test("Ratings have their probabilities, even where a later stage decided")
  func ratings() throws {
    let model = try ShippedModel.t5()
    let alone = try Self.explanation(.rank)
    #expect(alone.ratings == (0...9).map(Double.init))
    let cascade = try Cascade([
      Cascade.Stage(reranker: RankT5(model), depth: 4, name: "rank"),
      Cascade.Stage(reranker: MonoT5(model), depth: 2, name: "mono"),
    ])
    let ranking = try cascade.rerank(Self.documents, for: Passages.query).ranking
    let explanation = try Explainer(cascade).explain(ranking, for: Passages.query)
    #expect(explanation.wordBasis == .score(explanation.stages[1], in: .logit))
    for entry in explanation.entries {
      let same = try #require(alone.entries.first { $0.ranked.document == entry.ranked.document })
      #expect(same.ranked.distribution != nil && entry.distribution == same.ranked.distribution)
      #expect(entry.stageScores == entry.ranked.stageScores)
    }
  }

  @Test("Of a reranker that is no scorer there is the score, and no more")
  func foreign() throws {
    let ranking = Reversing().rerank(Self.documents, for: Passages.query, progress: nil).ranking
    let explanation = try Explainer(Reversing()).explain(ranking, for: Passages.query)
    #expect(explanation.stages == [Explanation.Stage(name: "reranker")])
    #expect(explanation.wordBasis == nil && explanation.comparison == nil)
    #expect(explanation.entries.map { $0.stageScores.map(\.score) } == [[3], [2], [1], [0]])
    #expect(explanation.forwardPasses == 0)
  }
}

/// Puts the last candidate first.
private struct Reversing: Reranker {
  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> RerankingResult {
    let entries = candidates.enumerated().map { index, document in
      RankedDocument(
        document: document, score: Double(index), scale: .logit, candidateIndex: index)
    }
    return RerankingResult(
      ranking: Ranking(sorting: entries), statistics: RerankingStatistics())
  }
}
