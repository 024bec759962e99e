public import RankingCore

/// Ranks a whole collection for a query by a bi-encoder: its embeddings on disk, all of them compared.
public struct EmbeddingRetriever: Retriever {
  /// The collection.
  public let index: EmbeddingIndex
  /// The model.
  public let encoder: BiEncoder
  /// Whether documents come with the texts that the index stores; identifiers are always there.
  public var includesTexts = true

  /// Searches an index with the model that made it.
  ///
  /// - Throws: `BiEncoderError.otherModel` for any other model.
  public init(_ index: EmbeddingIndex, encoder: BiEncoder) throws(BiEncoderError) {
    guard encoder.fingerprint == index.fingerprint, encoder.dimension == index.dimension else {
      throw .otherModel(
        path: index.path, expected: index.fingerprint, found: encoder.fingerprint)
    }
    self.index = index
    self.encoder = encoder
  }

  /// The documents that are most similar to the query; equal scores keep the collection's order.
  public func candidates(for query: Query, limit: Int) throws -> Ranking {
    let rankings = try candidates(for: [query], limit: limit)
    guard let ranking = rankings.first else {
      preconditionFailure("each query has a ranking")
    }
    return ranking
  }

  /// The documents that are most similar to each query; the queries share a pass over the index.
  ///
  /// - Returns: Rankings in the order of the queries.
  public func candidates(for queries: [Query], limit: Int) throws -> [Ranking] {
    let embeddings = encoder.comparable(try encoder.embed(queries: queries.map(\.text)))
    return try index.nearest(
      limit, to: embeddings, threads: encoder.threads,
      includingTexts: includesTexts)
  }
}
