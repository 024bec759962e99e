public import RankingCore

/// What ranking one query took.
public struct RerankingStatistics: Sendable, Hashable {
  /// Documents that were shortened to fit the token budget.
  public var shortenedDocuments = 0
  /// Queries that were shortened, because they alone were too long.
  public var shortenedQueries = 0
  /// Ordered pairs that duo compared.
  public var pairs = 0
  /// Windows that documents were read in; 0 where they were read from their start only.
  public var windows = 0
  /// Prompts that went through the model.
  public var forwardPasses = 0
  /// Tokens that went through the encoder.
  public var tokens = 0
  /// Floating-point operations of the encoder at the least, as the architecture counts them.
  public var operations = 0.0
  /// Prompts whose answers the score cache had, so that they did not go through the model.
  public var cacheHits = 0
  /// Prompts whose answers the score cache lacked; 0 without a cache.
  public var cacheMisses = 0
  /// Documents whose token vectors were stored, so that they did not go through the model.
  public var documentsWithVectors = 0
  /// Documents that had to go through the model although there are stored vectors: none of this document,
  /// or of another text.
  public var documentsWithoutVectors = 0

  /// Nothing yet.
  public init() {}

  /// Adds what something else took.
  public mutating func add(_ other: RerankingStatistics) {
    shortenedDocuments += other.shortenedDocuments
    shortenedQueries += other.shortenedQueries
    pairs += other.pairs
    windows += other.windows
    forwardPasses += other.forwardPasses
    tokens += other.tokens
    operations += other.operations
    cacheHits += other.cacheHits
    cacheMisses += other.cacheMisses
    documentsWithVectors += other.documentsWithVectors
    documentsWithoutVectors += other.documentsWithoutVectors
  }
}

/// A ranking and what it took.
public struct RerankingResult: Sendable {
  /// Every candidate, best first.
  public var ranking: Ranking
  /// What it took.
  public var statistics: RerankingStatistics

  /// Joins a ranking and what it took.
  public init(ranking: Ranking, statistics: RerankingStatistics) {
    self.ranking = ranking
    self.statistics = statistics
  }
}

/// Orders candidates for a query.
///
/// Immutable: one value serves many tasks at once.
public protocol Reranker: Sendable {
  /// Ranks all candidates, best first.
  ///
  /// - Parameter progress: Called from any thread with (finished, total) forward passes.
  /// - Throws: `RerankingError` for an empty query, too many pairs, or a score that is not finite.
  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult
}

extension Reranker {
  /// Ranks documents given as texts; `topK` nil keeps all.
  public func rank(query: String, documents: [String], topK: Int? = nil) throws -> Ranking {
    let candidates = documents.enumerated().map {
      Document(id: String($0.offset), text: $0.element)
    }
    let ranking = try rerank(candidates, for: Query(text: query), progress: nil).ranking
    return topK.map(ranking.top) ?? ranking
  }
}
