public import RankingCore

/// Rerankers one after another, each over the best documents of the ranking so far.
///
/// The documents behind a stage's depth keep their order and their scores behind those that it ranked.
/// What a stage scores equally keeps the order of the stage before. With a `fusion` the stages decide
/// together: each still looks at the best documents so far, but all that scored a document count.
public struct Cascade: Reranker {
  /// One reranker, and how far down it looks.
  public struct Stage: Sendable {
    /// Ranks the best documents anew.
    public var reranker: any Reranker
    /// How many of them.
    public var depth: Int
    /// What documents call the stage (`RankedDocument.stage`); nil leaves no trace in them.
    public var name: String?

    /// A reranker over the best `depth` documents.
    public init(reranker: any Reranker, depth: Int, name: String? = nil) {
      self.reranker = reranker
      self.depth = depth
      self.name = name
    }
  }

  /// First to last.
  public let stages: [Stage]
  /// How the stages decide together; nil: the last that scored a document decides about it.
  public let fusion: StageFusion?

  /// Joins stages, first to last.
  ///
  /// - Throws: `RerankingError.unusableOptions` for no stage, a depth below 1, a name given twice, or
  ///   parameters of a fusion that cannot be.
  public init(_ stages: [Stage], fusion: StageFusion? = nil) throws(RerankingError) {
    try fusion?.check()
    guard !stages.isEmpty else {
      throw .unusableOptions(reason: "expected at least one stage, found none")
    }
    var names: Set<String> = []
    for stage in stages {
      guard stage.depth >= 1 else {
        throw .unusableOptions(
          reason: "expected a stage's depth of at least 1, found \(stage.depth)")
      }
      if let name = stage.name, !names.insert(name).inserted {
        throw .unusableOptions(reason: "expected each stage's name once, found \(name) again")
      }
    }
    self.stages = stages
    self.fusion = fusion
  }

  /// Ranks the candidates; see `Reranker`.
  ///
  /// `progress` counts all stages in one total.
  public func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> RerankingResult {
    let given = candidates.enumerated().map { index, document in
      RankedDocument(
        document: document, score: -Double(index), scale: .given, candidateIndex: index)
    }
    return try rerank(Ranking(ordered: given), from: nil, for: query, progress: progress)
  }

  /// Ranks anew what an earlier stage ranked, such as a retriever.
  ///
  /// - Parameters:
  ///   - earlier: Its documents; no `candidateIndex` twice.
  ///   - name: What documents call that stage; nil leaves no trace in them, and no part in a fusion.
  /// - Throws: As the stages do; `RerankingError.tooManyPairs` before any work, and `.unusableOptions` for
  ///   weights that are not one a stage.
  public func rerank(
    _ earlier: Ranking, from name: String?, for query: Query,
    progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> RerankingResult {
    var passes: [Int] = []
    for stage in stages {
      passes.append(try stage.passCount(among: min(earlier.count, stage.depth)))
    }
    let total = passes.reduce(0, +)
    var finished = 0
    var fuser = try fusion.map { fusion throws(RerankingError) in
      try StageFuser(fusion, stages: (name.map { [$0] } ?? []) + stages.map(\.name))
    }
    var entries = earlier.entries.map { $0.scored(by: name, after: []) }
    if name != nil {
      try fuser?.add(entries)
      entries = fuser?.sorted(entries) ?? entries
    }
    var tally = ScoringTally()
    for (stage, count) in zip(stages, passes) {
      let best = Array(entries.prefix(stage.depth))
      let (ranked, stageTally) = try stage.rank(
        best.map { stage.document(of: $0) },
        after: best.map { $0.scale.forDifferences($0.score) }, for: query,
        progress: Reranking.progress(ofPartAfter: finished, of: total, to: progress))
      finished += count
      tally.add(stageTally) { best[$0].candidateIndex }
      let isRanked = Set(ranked.map(\.candidateIndex))
      var head = ranked.map { $0.scored(by: stage.name, before: best[$0.candidateIndex]) }
      if fuser != nil {
        try fuser?.add(head)
        let places = ranked.map(\.candidateIndex)
        head = head.indices.sorted { places[$0] < places[$1] }.map { head[$0] }
        head = fuser?.sorted(head) ?? head
      }
      let rest = best.indices.filter { !isRanked.contains($0) }.map { best[$0] }
      entries = head + rest + entries.dropFirst(stage.depth)
    }
    return RerankingResult(ranking: Ranking(ordered: entries), statistics: tally.statistics)
  }
}

extension Cascade.Stage {
  /// How many forward passes so many documents take, as far as that is known beforehand.
  fileprivate func passCount(among count: Int) throws -> Int {
    try (reranker as? any TalliedReranker)?.passCount(among: count) ?? count
  }

  /// A document as the stage reads it: in the window that an earlier stage chose, if it compares documents.
  fileprivate func document(of entry: RankedDocument) -> Document {
    let readsWindows = (reranker as? any TalliedReranker)?.readsChosenWindows == true
    return entry.document.read(in: readsWindows ? entry.window : nil)
  }

  /// The documents that the stage scored, best first, with their positions as `candidateIndex`.
  fileprivate func rank(
    _ documents: [Document], after earlier: [Double], for query: Query, progress: Progress?
  ) throws -> (ranked: [RankedDocument], tally: ScoringTally) {
    if let reranker = reranker as? any TalliedReranker {
      let (ranking, tally) = try reranker.tallied(
        documents, after: earlier, for: query, progress: progress)
      return (ranking.entries, tally)
    }
    let result = try reranker.rerank(documents, for: query, progress: progress)
    var tally = ScoringTally()
    tally.add(result.statistics)
    // Those behind a reranker's own depth have no score of it.
    return (result.ranking.filter { $0.scale != .given }, tally)
  }
}

extension RankedDocument {
  /// With the score that it has now as that of a stage.
  fileprivate func scored(by stage: String?, after earlier: [StageScore]) -> RankedDocument {
    var document = self
    document.stageScores = earlier
    if let stage {
      document.stage = stage
      document.stageScores.append(StageScore(stage: stage, score: score))
    }
    return document
  }

  /// What a stage made of a document of the ranking before.
  fileprivate func scored(by stage: String?, before: RankedDocument) -> RankedDocument {
    var entry = self
    // The stage may have read a window of it.
    entry.document = before.document
    entry.window = window ?? before.window
    entry.candidateIndex = before.candidateIndex
    entry.stage = before.stage
    return entry.scored(by: stage, after: before.stageScores)
  }
}
