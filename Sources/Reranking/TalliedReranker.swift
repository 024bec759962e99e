import RankingCore

/// A reranker that a cascade can plan and account for exactly.
protocol TalliedReranker: Sendable {
  /// Whether it reads of each document the window that an earlier stage chose, if one did.
  var readsChosenWindows: Bool { get }

  /// How many forward passes so many documents take.
  ///
  /// - Throws: `RerankingError.tooManyPairs` if the options do not allow as many.
  func passCount(among count: Int) throws -> Int

  /// The documents that it scores, best first; those behind its depth are left out.
  ///
  /// - Parameter earlier: What the stage before says of each, as `ScoreScale.forDifferences` has it.
  func tallied(
    _ documents: [Document], after earlier: [Double], for query: Query, progress: Progress?
  ) throws -> (ranking: Ranking, tally: ScoringTally)
}

extension TalliedReranker where Self: PointwiseScorer {
  /// It has windows of its own.
  var readsChosenWindows: Bool { false }

  /// Windows count as shares of their documents.
  func passCount(among count: Int) -> Int { count }

  func tallied(
    _ documents: [Document], after earlier: [Double], for query: Query, progress: Progress?
  ) throws -> (ranking: Ranking, tally: ScoringTally) {
    let scored = try scores(of: documents, for: query, progress: progress)
    return (scored.ranking(of: documents), scored.tally)
  }
}

extension MonoT5: TalliedReranker {}
extension RankT5: TalliedReranker {}
extension CrossEncoder: TalliedReranker {}

extension DuoT5: TalliedReranker {
  var readsChosenWindows: Bool { true }

  func passCount(among count: Int) throws -> Int { try pairCount(among: count) }

  func tallied(
    _ documents: [Document], after earlier: [Double], for query: Query, progress: Progress?
  ) throws -> (ranking: Ranking, tally: ScoringTally) {
    try rank(
      Array(documents.prefix(depth)), after: Array(earlier.prefix(depth)), for: query,
      progress: progress)
  }
}
