public import RankingCore

/// Explains rankings by asking the scorers that made them again.
///
/// Words are explained by the last pointwise stage; where there is none, by duoT5.
public struct Explainer: Sendable {
  /// How many of the best documents are explained.
  public let documentLimit: Int
  private let occlusion: OcclusionExplainer
  private let stages: [NamedReranker]

  /// More make a matrix that nobody reads, and 380 pairs are enough to wait for.
  private static let mostCompared = 20

  /// An explainer of a reranker's rankings.
  ///
  /// - Parameters:
  ///   - reranker: One of this project's, a cascade, or any that is a `PointwiseScorer`; of others there
  ///     is nothing but the scores.
  ///   - documentLimit: How many of the best documents are explained; at least 1.
  ///   - wordLimit: The most words of a text; a longer one is taken in so many phrases. At least 1.
  public init(_ reranker: any Reranker, documentLimit: Int = 10, wordLimit: Int = 100) {
    precondition(documentLimit >= 1, "\(documentLimit) documents cannot be explained")
    self.documentLimit = documentLimit
    occlusion = OcclusionExplainer(wordLimit: wordLimit)
    stages = NamedReranker.stages(of: reranker)
  }

  /// Explains the best documents of a ranking that the reranker made.
  ///
  /// - Throws: What the scorers throw.
  public func explain(_ ranking: Ranking, for query: Query) throws -> Explanation {
    let best = Array(ranking.prefix(documentLimit))
    var explanation = Explanation(
      query: query, stages: stages.map(\.description),
      entries: best.map { Explanation.Entry(ranked: $0, stageScores: $0.stageScores) },
      candidateCount: ranking.count)
    try addComparison(to: &explanation)
    try addWords(to: &explanation)
    try addDistributions(to: &explanation)
    addStageScores(to: &explanation)
    return explanation
  }

  /// duoT5's answers about the entries that it compared.
  private func addComparison(to explanation: inout Explanation) throws {
    guard let (stage, duo) = stages.last(as: DuoT5.self) else { return }
    let positions = explanation.entries.indices.filter { position in
      let entry = explanation.entries[position]
      return entry.stageScores.contains { $0.stage == stage.name }
        || entry.ranked.scale == .preference
    }.prefix(Self.mostCompared)
    guard positions.count >= 2 else { return }
    let compared = try duo.preferences(
      among: positions.map { position in
        let ranked = explanation.entries[position].ranked
        return ranked.document.read(in: window(of: ranked, readBy: stage))
      },
      pairs: PairSelection.allOrdered.pairs(count: positions.count), for: explanation.query)
    explanation.comparison = Explanation.Comparison(
      positions: Array(positions), preferences: compared.preferences)
    explanation.forwardPasses += compared.statistics.forwardPasses
  }

  /// The window of a document that duoT5 read; nil where it read the document from its start.
  private func window(of ranked: RankedDocument, readBy duo: NamedReranker) -> Range<Int>? {
    // Where it is the first of several stages, a later one chose the window.
    stages.count > 1 && stages.first?.name == duo.name ? nil : ranked.window
  }

  private func addWords(to explanation: inout Explanation) throws {
    let positions: [Int]
    let occluded: OccludedDocuments
    func documents(_ positions: [Int]) -> [Document] {
      positions.map { explanation.entries[$0].ranked.document }
    }
    if let (stage, scorer) = stages.last(as: (any PointwiseScorer).self) {
      positions = Array(explanation.entries.indices)
      guard !positions.isEmpty else { return }
      occluded = try occlusion.explain(documents(positions), for: explanation.query, by: scorer)
      explanation.wordBasis = .score(stage.description, in: occluded.importanceScale)
    } else if let (stage, duo) = stages.last(as: DuoT5.self),
      let compared = explanation.comparison?.positions
    {
      positions = compared
      occluded = try occlusion.explain(
        documents(positions),
        in: positions.map { window(of: explanation.entries[$0].ranked, readBy: stage) },
        for: explanation.query, by: duo)
      explanation.wordBasis = .comparison(stage.description)
    } else {
      return
    }
    explanation.forwardPasses += occluded.forwardPasses
    for (position, words) in zip(positions, occluded.scores) {
      explanation.entries[position].words = words
    }
  }

  /// The ratings' probabilities: those of the ranking, or where a later stage has replaced them, anew.
  private func addDistributions(to explanation: inout Explanation) throws {
    guard let (_, scorer) = stages.last(as: RankT5.self) else { return }
    explanation.ratings = scorer.scorer.scoring.values
    var distributions = explanation.entries.map(\.ranked.distribution)
    if distributions.contains(nil), explanation.ratings.count > 2 {
      let scored = try scorer.scores(
        of: explanation.entries.map(\.ranked.document), for: explanation.query)
      explanation.forwardPasses += scored.statistics.forwardPasses
      distributions = scored.distributions ?? distributions
    }
    for (position, distribution) in distributions.enumerated() {
      explanation.entries[position].distribution = distribution
    }
  }

  /// The scores of stages that leave no trace in documents.
  private func addStageScores(to explanation: inout Explanation) {
    var asked: String?
    if case .score(let stage, _) = explanation.wordBasis { asked = stage.name }
    let last = stages.last?.name
    for position in explanation.entries.indices
    where explanation.entries[position].stageScores.isEmpty {
      let entry = explanation.entries[position]
      var scores: [StageScore] = []
      if let asked, let words = entry.words {
        scores.append(StageScore(stage: asked, score: words.score))
      }
      if let last, scores.isEmpty || entry.ranked.scale == .preference,
        entry.ranked.scale != .given
      {
        scores.append(StageScore(stage: last, score: entry.ranked.score))
      }
      explanation.entries[position].stageScores = scores
    }
  }
}
