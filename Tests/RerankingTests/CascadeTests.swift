import RankingCore
import Reranking
import Support
import Synchronization
import Testing

@Suite("Ranking in stages")
struct CascadeTests {
  @Test("Each stage ranks the best of the stage before, and the rest keeps its order behind them")
  func stages() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      let count = Int.random(in: 0...12, using: &random)
      let documents = (0..<count).map { Document(id: "\($0)", text: "") }
      let stages = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        // Few scores, so that many are equal.
        (
          depth: Int.random(in: 1...14, using: &random),
          scores: (0..<count).map { _ in Double(Int.random(in: 0...4, using: &random)) }
        )
      }
      let cascade = try Cascade(
        stages.enumerated().map { number, stage in
          Cascade.Stage(
            reranker: TableReranker(scores: stage.scores), depth: stage.depth, name: "s\(number)")
        })
      let ranking = try cascade.rerank(documents, for: Query(text: "q")).ranking

      var order = Array(0..<count)
      var seen = [[StageScore]](repeating: [], count: count)
      for (number, stage) in stages.enumerated() {
        let best = order.prefix(stage.depth)
        for index in best {
          seen[index].append(StageScore(stage: "s\(number)", score: stage.scores[index]))
        }
        let places = Dictionary(uniqueKeysWithValues: best.enumerated().map { ($1, $0) })
        let ranked = best.sorted {
          (-stage.scores[$0], places[$0] ?? 0) < (-stage.scores[$1], places[$1] ?? 0)
        }
        order = ranked + order.dropFirst(stage.depth)
      }
      #expect(ranking.map(\.candidateIndex) == order)
      for entry in ranking {
        #expect(entry.document == documents[entry.candidateIndex])
        #expect(entry.stageScores == seen[entry.candidateIndex])
        #expect(entry.stage == seen[entry.candidateIndex].last?.stage)
        #expect(entry.score == entry.stageScores.last?.score ?? -Double(entry.candidateIndex))
      }
    }
  }

  @Test("Stages of mono and duo rank as mono-duo does, and say what each of them found")
  func monoDuo() throws {
    let model = try ShippedModel.t5()
    var options = RerankerOptions()
    options.mode = .monoDuo
    options.depth = 3
    let expected = try model.reranker(options).rerank(
      Passages.documents, for: Passages.query, progress: nil)
    let seen = Mutex<[[Int]]>([])
    let result = try Cascade([
      Cascade.Stage(reranker: MonoT5(model), depth: 8, name: "mono"),
      Cascade.Stage(reranker: DuoT5(model), depth: 3, name: "duo"),
    ]).rerank(Passages.documents, for: Passages.query) { finished, total in
      seen.withLock { $0.append([finished, total]) }
    }
    #expect(result.ranking.map(\.document) == expected.ranking.map(\.document))
    #expect(result.ranking.map(\.score) == expected.ranking.map(\.score))
    #expect(result.statistics == expected.statistics)
    #expect(result.ranking.prefix(3).allSatisfy { $0.stageScores.map(\.stage) == ["mono", "duo"] })
    #expect(result.ranking.dropFirst(3).allSatisfy { $0.stageScores.map(\.stage) == ["mono"] })
    #expect(expected.ranking.allSatisfy { $0.stage == nil && $0.stageScores.isEmpty })
    #expect(seen.withLock { $0.last } == [14, 14])
  }

  @Test("What a stage leaves behind its own depth keeps the score of the stage before")
  func shallowStage() throws {
    let model = try ShippedModel.t5()
    var options = RerankerOptions()
    options.depth = 2
    let mono = MonoStage(try MonoT5(model))
    let result = try Cascade([
      Cascade.Stage(reranker: mono, depth: 8, name: "mono"),
      Cascade.Stage(reranker: DuoT5(model, options: options), depth: 6, name: "duo"),
    ]).rerank(Passages.documents, for: Passages.query)
    let first = try mono.rerank(Passages.documents, for: Passages.query, progress: nil).ranking
    #expect(result.ranking.dropFirst(2).map(\.document) == first.dropFirst(2).map(\.document))
    #expect(result.ranking.dropFirst(2).map(\.score) == first.dropFirst(2).map(\.score))
    #expect(result.ranking.map(\.stage) == ["duo", "duo"] + Array(repeating: "mono", count: 6))
  }

  @Test("A ranking that came from elsewhere begins with its own stage")
  func earlierRanking() throws {
    let earlier = Ranking(
      ordered: [5.0, 4, 3].enumerated().map { index, score in
        RankedDocument(
          document: Document(id: "\(index)", text: ""), score: score, scale: .bm25,
          candidateIndex: index)
      })
    let cascade = try Cascade([
      Cascade.Stage(reranker: TableReranker(scores: [1, 2, 3]), depth: 2, name: "s")
    ])
    let ranking = try cascade.rerank(earlier, from: "bm25", for: Query(text: "q")).ranking
    #expect(ranking.map(\.document.id) == ["1", "0", "2"])
    #expect(ranking.map(\.score) == [2, 1, 3])
    #expect(ranking.map(\.stage) == ["s", "s", "bm25"])
    #expect(
      ranking[0].stageScores
        == [StageScore(stage: "bm25", score: 4), StageScore(stage: "s", score: 2)])
  }

  @Test("Stages that cannot be are refused")
  func refusals() {
    let reranker = TableReranker(scores: [])
    for stages in [
      [], [Cascade.Stage(reranker: reranker, depth: 0)],
      [
        Cascade.Stage(reranker: reranker, depth: 1, name: "a"),
        Cascade.Stage(reranker: reranker, depth: 1, name: "a"),
      ],
    ] {
      #expect(throws: RerankingError.self) { try Cascade(stages) }
    }
  }
}

/// A reranker from outside this project, as far as a cascade can tell.
private struct MonoStage: Reranker {
  private let mono: MonoT5

  init(_ mono: MonoT5) { self.mono = mono }

  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    try mono.rerank(candidates, for: query, progress: progress)
  }
}
