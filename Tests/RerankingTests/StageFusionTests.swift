import RankingCore
import Reranking
import Support
import Testing

@Suite("Fusing stages")
struct StageFusionTests {
  /// Stages with tables of scores, and what they must make of documents 0, 1, 2 …, computed directly.
  private struct Case {
    let fusion: StageFusion
    let count: Int
    /// nil: the documents come in no order that counts.
    let first: [Double]?
    let stages: [(depth: Int, scores: [Double])]

    init(using random: inout SeededRandom) {
      let count = Int.random(in: 0...12, using: &random)
      self.count = count
      // Few scores, so that many are equal.
      func scores(_ random: inout SeededRandom) -> [Double] {
        (0..<count).map { _ in Double(Int.random(in: -2...2, using: &random)) }
      }
      first = Bool.random(using: &random) ? scores(&random).sorted { $0 > $1 } : nil
      stages = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        (depth: Int.random(in: 1...14, using: &random), scores: scores(&random))
      }
      // The greatest is a power of two: shares are the same, whether it is divided by first or not.
      let weights = (0..<stages.count + (first == nil ? 0 : 1)).map { _ -> Double in
        [1.0, 2, 4].randomElement(using: &random) ?? 1
      }
      fusion =
        [
          .reciprocalRank(), .reciprocalRank(k: 1), .linear(), .linear(weights: weights),
        ].randomElement(using: &random) ?? .linear()
    }

    var weights: [Double] {
      if case .linear(let weights?) = fusion { return weights }
      return Array(repeating: 1, count: stages.count + (first == nil ? 0 : 1))
    }

    /// Documents in their order, with their fused scores; nil where no stage scored them.
    var expected: [(document: Int, score: Double?)] {
      var parts = [[Double]](repeating: [], count: count)
      var order = Array(0..<count)
      var stage = 0
      func fused(_ document: Int) -> Double? {
        parts[document].isEmpty ? nil : parts[document].sorted().reduce(0, +)
      }
      func add(_ scores: [Double], depth: Int) {
        let best = Array(order.prefix(depth))
        let ranked = best.enumerated()
          .sorted { (-scores[$0.element], $0.offset) < (-scores[$1.element], $1.offset) }
          .map(\.element)
        let values = best.map { scores[$0] }
        let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
        for (rank, document) in ranked.enumerated() {
          switch fusion {
          case .reciprocalRank(let k): parts[document].append(1 / (k + Double(rank) + 1))
          case .linear:
            let share = weights[stage] / weights.reduce(0, +)
            let value =
              least == greatest ? 1 : (scores[document] - least) / (greatest - least)
            parts[document].append(share * value)
          }
        }
        stage += 1
        let head = best.enumerated()
          .sorted {
            (-(fused($0.element) ?? 0), $0.offset) < (-(fused($1.element) ?? 0), $1.offset)
          }
          .map(\.element)
        order = head + order.dropFirst(depth)
      }
      if let first { add(first, depth: .max) }
      for stage in stages { add(stage.scores, depth: stage.depth) }
      return order.map { ($0, fused($0)) }
    }

    func ranking() throws -> Ranking {
      let documents = (0..<count).map { Document(id: "\($0)", text: "") }
      let cascade = try Cascade(
        stages.enumerated().map { number, stage in
          Cascade.Stage(
            reranker: TableReranker(scores: stage.scores), depth: stage.depth, name: "s\(number)")
        }, fusion: fusion)
      guard let first else {
        return try cascade.rerank(documents, for: Query(text: "q")).ranking
      }
      let earlier = zip(documents, first).enumerated().map { index, pair in
        RankedDocument(document: pair.0, score: pair.1, scale: .bm25, candidateIndex: index)
      }
      return try cascade.rerank(Ranking(ordered: earlier), from: "bm25", for: Query(text: "q"))
        .ranking
    }
  }

  @Test(
    "Fused scores and orders are those of a direct computation", arguments: 0..<8 as Range<UInt64>)
  func direct(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<100 {
      let fusing = Case(using: &random)
      let ranking = try fusing.ranking()
      let expected = fusing.expected
      #expect(ranking.map(\.candidateIndex) == expected.map(\.document), "\(fusing)")
      for (entry, expected) in zip(ranking, expected) {
        #expect(entry.score == expected.score ?? -Double(entry.candidateIndex), "\(fusing)")
        #expect(entry.scale == (expected.score == nil ? .given : .fused))
        #expect(entry.stage == entry.stageScores.last?.stage)
        for stage in entry.stageScores {
          let number = Int(stage.stage.dropFirst())
          let table = number.map { fusing.stages[$0].scores } ?? fusing.first ?? []
          #expect(stage.score == table[entry.candidateIndex])
        }
      }
    }
  }

  @Test("A document that a stage did not look at stays behind those that it did, also by its score")
  func monotoneTail() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<200 {
      let fusing = Case(using: &random)
      let ranking = try fusing.ranking()
      #expect(zip(ranking, ranking.dropFirst()).allSatisfy { $0.score >= $1.score }, "\(fusing)")
      let depths = fusing.stages.map(\.depth)
      // A later stage that looks further down may mix them.
      for number in depths.indices where depths[number...].allSatisfy({ $0 <= depths[number] }) {
        let isRanked = ranking.map { $0.stageScores.contains { $0.stage == "s\(number)" } }
        #expect(isRanked.drop { $0 }.allSatisfy { !$0 }, "\(fusing)")
      }
    }
  }

  @Test("The same ranks from other stages are a tie, which keeps the order before")
  func ties() throws {
    // Each document is once first, once second and once third.
    let tables: [[Double]] = [[3, 2, 1], [1, 3, 2], [2, 1, 3]]
    let cascade = try Cascade(
      tables.map { Cascade.Stage(reranker: TableReranker(scores: $0), depth: 3) },
      fusion: .reciprocalRank())
    let documents = (0..<3).map { Document(id: "\($0)", text: "") }
    let ranking = try cascade.rerank(documents, for: Query(text: "q")).ranking
    #expect(Set(ranking.map(\.score)).count == 1)
    // After two stages: 1 (ranks 2, 1), 0 (1, 3), 2 (3, 2).
    #expect(ranking.map(\.candidateIndex) == [1, 0, 2])
  }

  @Test("A document alone has the greatest score that there is", arguments: [-7.0, 0, 1e300])
  func alone(score: Double) throws {
    let stage = Cascade.Stage(reranker: TableReranker(scores: [score]), depth: 5)
    func fused(_ fusion: StageFusion) throws -> [Double] {
      try Cascade([stage, stage], fusion: fusion)
        .rerank([Document(id: "0", text: "")], for: Query(text: "q")).ranking.map(\.score)
    }
    #expect(try fused(.linear()) == [1])
    #expect(try fused(.linear(weights: [3, 1])) == [1])
    #expect(try fused(.reciprocalRank()) == [2.0 / 61])
  }

  @Test("The greatest scores and weights that there are make finite scores")
  func extremes() throws {
    let huge = Double.greatestFiniteMagnitude
    let documents = (0..<3).map { Document(id: "\($0)", text: "") }
    let stage = Cascade.Stage(reranker: TableReranker(scores: [-huge, 0, huge]), depth: 3)
    let ranking = try Cascade([stage, stage], fusion: .linear(weights: [huge, huge]))
      .rerank(documents, for: Query(text: "q")).ranking
    #expect(ranking.map(\.score) == [1, 0.5, 0])
    let broken = Cascade.Stage(reranker: TableReranker(scores: [1, .infinity, 2]), depth: 3)
    let error = #expect(throws: RerankingError.self) {
      try Cascade([broken], fusion: .linear()).rerank(documents, for: Query(text: "q"))
    }
    #expect(error == .scoreNotFinite(documentID: "1", found: "inf"))
  }

  @Test("A linear fusion takes duo's aggregates like any scores")
  func duo() throws {
    let model = try ShippedModel.t5()
    let stages = [
      Cascade.Stage(reranker: try MonoT5(model), depth: 8, name: "mono"),
      Cascade.Stage(reranker: try DuoT5(model), depth: 3, name: "duo"),
    ]
    let fused = try Cascade(stages, fusion: .linear(weights: [1, 3]))
      .rerank(Passages.documents, for: Passages.query)
    let plain = try Cascade(stages).rerank(Passages.documents, for: Passages.query)
    #expect(fused.statistics == plain.statistics)
    func scores(_ stage: Int) -> [Double] {
      plain.ranking.compactMap { $0.stageScores.count > stage ? $0.stageScores[stage].score : nil }
    }
    func normalized(_ score: Double, _ all: [Double]) -> Double {
      let (least, greatest) = (all.min() ?? 0, all.max() ?? 0)
      return (score - least) / (greatest - least)
    }
    for entry in fused.ranking {
      var parts = [0.25 * normalized(entry.stageScores[0].score, scores(0))]
      if entry.stageScores.count > 1 {
        parts.append(0.75 * normalized(entry.stageScores[1].score, scores(1)))
      }
      #expect(entry.score == parts.sorted().reduce(0, +))
      #expect(entry.stage == (parts.count > 1 ? "duo" : "mono"))
    }
  }

  @Test("Parameters that cannot be are refused, and weights that are not one a stage")
  func refusals() throws {
    let stage = Cascade.Stage(reranker: TableReranker(scores: [1]), depth: 1, name: "s")
    for fusion: StageFusion in [
      .reciprocalRank(k: -1), .reciprocalRank(k: .nan), .reciprocalRank(k: .infinity),
      .linear(weights: []), .linear(weights: [0]), .linear(weights: [-1]),
      .linear(weights: [.nan]), .linear(weights: [.infinity]),
    ] {
      #expect(throws: RerankingError.self, "\(fusion)") { try Cascade([stage], fusion: fusion) }
    }
    let cascade = try Cascade([stage], fusion: .linear(weights: [1, 1]))
    let error = #expect(throws: RerankingError.self) {
      try cascade.rerank([Document(id: "0", text: "")], for: Query(text: "q"))
    }
    #expect(
      error?.description == "expected one weight for each stage that scores (s), found 2")
    let earlier = Ranking(ordered: [
      RankedDocument(
        document: Document(id: "0", text: ""), score: 1, scale: .bm25, candidateIndex: 0)
    ])
    #expect(try cascade.rerank(earlier, from: "b", for: Query(text: "q")).ranking.count == 1)
  }
}
