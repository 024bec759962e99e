public import RankingCore

/// Finds candidates for a query in a whole collection: the stage before re-ranking.
///
/// Immutable: one value serves many threads at once.
public protocol Retriever: Sendable {
  /// The best documents of the collection, best first.
  ///
  /// - Parameter limit: How many at most; fewer come back where fewer match.
  func candidates(for query: Query, limit: Int) throws -> Ranking
}
