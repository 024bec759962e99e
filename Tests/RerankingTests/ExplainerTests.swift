import RankingCore
import Reranking
import Testing

@Suite("Explaining a ranking")
struct ExplainerTests {
  private static let documents = Array(Passages.documents.prefix(4))

  /// Documents of several windows of 40 tokens, of which each has the title.
  private static let titled = {
    let title = "How vaccines work: "
    let sentences = [0, 1, 2, 6].map { Passages.documents[$0].text }
    return sentences.indices.map { first in
      let body = (sentences[first...] + sentences[..<first]).joined(separator: " ")
      return Document(
        id: "t\(first)", text: title + body, bodyStart: title.unicodeScalars.count)
    }
  }()

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

  @Test(
    "Of titled documents in windows the scores are those of the ranking",
    arguments: [RankingMode.mono, .cross])
  func titles(mode: RankingMode) throws {
    var options = RerankerOptions()
    options.mode = mode
    options.passages = .max
    options.windowTokens = 40
    let reranker = try ShippedModel.model(for: mode).reranker(options)
    let ranking = try reranker.rerank(Self.titled, for: Passages.query, progress: nil).ranking
    let explanation = try Explainer(reranker).explain(ranking, for: Passages.query)
    #expect(explanation.entries.compactMap(\.words?.score) == ranking.map(\.score))
    #expect(explanation.entries.map { $0.stageScores.map(\.score) } == ranking.map { [$0.score] })
  }

  @Test("Duo's answers are those about the windows that it read")
  func windows() throws {
    let model = try ShippedModel.t5()
    var options = RerankerOptions()
    options.mode = .monoDuo
    options.passages = .max
    options.windowTokens = 40
    let reranker = try model.reranker(options)
    let ranking = try reranker.rerank(Self.titled, for: Passages.query, progress: nil).ranking
    let explanation = try Explainer(reranker).explain(ranking, for: Passages.query)
    let read = try ranking.map { entry in
      let window = try #require(entry.window)
      return Document(text: entry.document.excerpt(window))
    }
    let expected = try DuoT5(model).preferences(
      among: read, pairs: PairSelection.allOrdered.pairs(count: read.count), for: Passages.query)
    #expect(explanation.comparison?.preferences == expected.preferences)
  }

  @Test("Duo's answers are about whole texts where a later stage chose the windows")
  func laterWindows() throws {
    let model = try ShippedModel.t5()
    var options = RerankerOptions()
    options.passages = .max
    options.windowTokens = 40
    let cascade = try Cascade([
      Cascade.Stage(reranker: DuoT5(model), depth: 4, name: "duo"),
      Cascade.Stage(reranker: MonoT5(model, options: options), depth: 4, name: "mono"),
    ])
    let ranking = try cascade.rerank(Self.titled, for: Passages.query).ranking
    let explanation = try Explainer(cascade).explain(ranking, for: Passages.query)
    let expected = try DuoT5(model).preferences(
      among: ranking.map(\.document), pairs: PairSelection.allOrdered.pairs(count: ranking.count),
      for: Passages.query)
    #expect(explanation.comparison?.preferences == expected.preferences)
  }

  @Test("Words by duo are those of the whole text, and matter in the window that it read alone")
  func wordsOfWindows() throws {
    let duo = try DuoT5(ShippedModel.t5())
    let texts = ["Bees. Wings lift. Vaccines train cells.", "A vaccine works. It is cold."]
    let documents = [
      Document(id: "0", text: texts[0], bodyStart: 6), Document(id: "1", text: texts[1]),
    ]
    let cascade = try Cascade([
      Cascade.Stage(reranker: Choosing(windows: [18..<39, 0..<16]), depth: 2, name: "chosen"),
      Cascade.Stage(reranker: duo, depth: 2, name: "duo"),
    ])
    let query = Query(text: "vaccines")
    let ranking = try cascade.rerank(documents, for: query).ranking
    let explanation = try Explainer(cascade).explain(ranking, for: query)
    #expect(explanation.wordBasis == .comparison(explanation.stages[1]))

    let read = ["Bees. Vaccines train cells.", "A vaccine works."]
    // What is read without each word in turn.
    let without = [
      [
        "Vaccines train cells.", read[0], read[0], "Bees. train cells.", "Bees. Vaccines cells.",
        "Bees. Vaccines train",
      ], ["vaccine works.", "A works.", "A vaccine ", read[1], read[1], read[1]],
    ]
    for entry in explanation.entries {
      let index = entry.ranked.candidateIndex
      func margin(_ text: String) throws -> Double {
        let answers = try duo.preferences(
          among: [Document(text: text), Document(text: read[1 - index])],
          pairs: PairSelection.allOrdered.pairs(count: 2), for: query
        ).preferences
        let (above, below) = (answers[0, over: 1], answers[1, over: 0])
        return (try #require(above).value - #require(below).value) / 2
      }
      let words = try #require(entry.words)
      let whole = try margin(read[index])
      #expect(words.score == whole)
      #expect(
        words.documentWords.map { String(texts[index][$0.range]) }
          == texts[index].split(separator: " ").map(String.init))
      #expect(
        try words.documentWords.map(\.importance) == without[index].map { try whole - margin($0) })
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

/// Keeps the order, and chooses a window of each candidate.
private struct Choosing: Reranker {
  let windows: [Range<Int>]

  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> RerankingResult {
    let entries = candidates.enumerated().map { index, document in
      var entry = RankedDocument(
        document: document, score: -Double(index), scale: .logit, candidateIndex: index)
      entry.window = windows[index]
      return entry
    }
    return RerankingResult(
      ranking: Ranking(ordered: entries), statistics: RerankingStatistics())
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
