import Kernels
import RankingCore
public import Retrieval

/// A pool's passages in an index of words: BM25 finds and scores them.
public struct WordPool: PassageScorer, CandidateFinder {
  private let pool: MiningPool
  private let ranker: BM25
  private let threads: Int

  /// Indexes the passages of a pool.
  ///
  /// - Parameters:
  ///   - threads: Results do not depend on it.
  ///   - willWrite: Called with the temporary files, and their folders behind them, that are to be
  ///     removed if the process ends before this returns.
  public init(
    _ pool: MiningPool, threads: Int, willWrite: ([String]) -> Void = { _ in }
  ) throws(RetrievalError) {
    self.pool = pool
    self.threads = threads
    ranker = BM25(try .unnamed(of: pool.passages, willWrite: willWrite))
  }

  /// BM25's scores; 0 for a passage without any word of its query.
  public func scores(for pairs: [PoolPair]) throws -> [Double] {
    let (pool, ranker) = (pool, ranker)
    return try ThreadTeam.map(count: pairs.count, threads: threads) { number in
      Result {
        let pair = pairs[number]
        return try ranker.score(
          of: pool.passages[pair.passage], for: pool.queries[pair.query].text)
      }
    }.map { try $0.get() }
  }

  /// BM25's scores as shares, from 0 to below 1, of what no passage can reach for the query.
  func shares(for pairs: [PoolPair]) throws -> [Double] {
    let (pool, ranker) = (pool, ranker)
    let queries = Set(pairs.map(\.query)).sorted()
    let limits = try ThreadTeam.map(count: queries.count, threads: threads) { number in
      Result { try ranker.limit(for: pool.queries[queries[number]].text) }
    }.map { try $0.get() }
    let limitOf = Dictionary(uniqueKeysWithValues: zip(queries, limits))
    return zip(pairs, try scores(for: pairs)).map { pair, score in
      let limit = limitOf[pair.query] ?? 0
      return limit > 0 ? score / limit : 0
    }
  }

  func candidates(for queries: Range<Int>, limit: (Int) -> Int) throws -> [[Int]] {
    let (pool, ranker) = (pool, ranker)
    let limits = queries.map(limit)
    return try ThreadTeam.map(count: queries.count, threads: threads) { number in
      Result {
        try ranker.best(
          limits[number], for: pool.queries[queries.lowerBound + number].text
        ).map(\.index)
      }
    }.map { try $0.get() }
  }
}
