public import RankingCore

/// Scores each document for a query by itself.
///
/// Immutable: one value serves many tasks at once. A score depends on the query and the document
/// alone, to the last bit: not on the other documents, nor on the number of threads.
public protocol PointwiseScorer: Sendable {
  /// What the scores mean.
  var scale: ScoreScale { get }

  /// Scores documents for one query.
  ///
  /// - Parameter progress: Called from any thread with (finished, total) documents.
  /// - Returns: Scores aligned with `documents`.
  /// - Throws: `RerankingError` for an empty query, or a score that is not finite.
  func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> ScoredDocuments

  /// Scores pairs of a query and a document, in their order.
  ///
  /// - Throws: `RerankingError` for an empty query, or a score that is not finite.
  func scores(for pairs: [TextPair]) throws -> [Double]
}

extension PointwiseScorer {
  /// Ranks all candidates by their scores, best first.
  public func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    let scored = try scores(of: candidates, for: query, progress: progress)
    return RerankingResult(
      ranking: scored.ranking(of: candidates), statistics: scored.statistics)
  }
}
