/// A query and a passage of a pool, by their places there.
public struct PoolPair: Sendable, Hashable {
  /// The query's place.
  public var query: Int
  /// The passage's place.
  public var passage: Int

  /// A pair of two places.
  public init(query: Int, passage: Int) {
    self.query = query
    self.passage = passage
  }
}

/// Says how well passages of a pool answer its queries.
public protocol PassageScorer: Sendable {
  /// Scores in the order of the pairs, higher is better; each depends on its pair alone.
  func scores(for pairs: [PoolPair]) throws -> [Double]
}

/// Ranks the passages of a pool for its queries.
protocol CandidateFinder: Sendable {
  /// The best passages for each of some queries, best first.
  func candidates(for queries: Range<Int>, limit: (Int) -> Int) throws -> [[Int]]
}
