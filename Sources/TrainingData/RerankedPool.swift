public import Reranking

/// A pool whose pairs a reranker scores: a cross-encoder, monoT5 or RankT5 as a teacher.
public struct RerankedPool: PassageScorer {
  private let pool: MiningPool
  private let scorer: any PointwiseScorer

  /// A teacher for a pool.
  public init(_ pool: MiningPool, scorer: any PointwiseScorer) {
    self.pool = pool
    self.scorer = scorer
  }

  /// The reranker's scores, in its own scale.
  public func scores(for pairs: [PoolPair]) throws -> [Double] {
    try scorer.scores(
      for: pairs.map { TextPair(pool.queries[$0.query].text, pool.passages[$0.passage]) })
  }
}
