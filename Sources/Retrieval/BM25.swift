public import RankingCore

/// Ranks a whole collection for a query by BM25.
///
/// S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in
/// Lucene's form (C. Kamphuis et al., "Which BM25 do you mean?", ECIR 2020), but with exact document
/// lengths.
public struct BM25: Retriever {
  /// The collection.
  public let index: BM25Index
  /// k1 and b.
  public let parameters: BM25Parameters
  /// Whether documents come with the texts that the index stores; identifiers are always there.
  public var includesTexts = true
  let weights: BM25Weights
  private let pruning: BM25Search.Pruning

  /// Searches an index, with its own parameters unless others are named.
  public init(_ index: BM25Index, parameters: BM25Parameters? = nil) {
    self.init(index, parameters: parameters, pruning: .maxScore)
  }

  /// Scores every document that has a term of the query: slow, and equal.
  package static func exhaustive(_ index: BM25Index, parameters: BM25Parameters? = nil) -> BM25 {
    BM25(index, parameters: parameters, pruning: .none)
  }

  private init(_ index: BM25Index, parameters: BM25Parameters?, pruning: BM25Search.Pruning) {
    self.index = index
    self.parameters = parameters ?? index.parameters
    self.pruning = pruning
    weights = BM25Weights(
      self.parameters, documentCount: index.documentCount, meanLength: index.meanLength)
  }

  /// The documents with the highest scores, among those that have a term of the query.
  ///
  /// Equal scores keep the collection's order. Words that are unknown, and stop words, find nothing.
  ///
  /// - Throws: `RetrievalError` for a query of very many words, or where the index proves corrupt.
  public func candidates(for query: Query, limit: Int) throws -> Ranking {
    let found = try best(limit, for: query.text)
    var entries: [RankedDocument] = []
    entries.reserveCapacity(found.count)
    for entry in found {
      entries.append(
        RankedDocument(
          document: try index.document(at: entry.index, includingText: includesTexts),
          score: entry.score, scale: .bm25,
          candidateIndex: entries.count))
    }
    return Ranking(ordered: entries)
  }

  /// The documents of `candidates(for:limit:)`, by their places.
  package func best(_ limit: Int, for query: String) throws(RetrievalError) -> [FoundDocument] {
    let limit = min(limit, index.documentCount)
    guard limit > 0 else { return [] }
    let terms = occurrences(in: query)
    let room = UnsafeMutablePointer<UInt32>.allocate(capacity: terms.count * PostingsCursor.room)
    defer { room.deallocate() }
    let cursors = try cursors(for: terms, room)
    guard !cursors.isEmpty else { return [] }
    var search = BM25Search(
      cursors, weights: weights, documentCount: index.documentCount, limit: limit,
      pruning: pruning)
    return try search.run().map(FoundDocument.init)
  }

  /// The query's terms, each once, and how often it has them.
  func occurrences(in text: String) -> [[UInt8]: Int] {
    var occurrences: [[UInt8]: Int] = [:]
    WordScanner.forEachWord(in: text) { word in
      if let term = index.analysis.term(of: word) { occurrences[term, default: 0] += 1 }
    }
    return occurrences
  }

  private func cursors(
    for terms: [[UInt8]: Int], _ room: UnsafeMutablePointer<UInt32>
  ) throws(RetrievalError) -> [PostingsCursor] {
    var cursors: [PostingsCursor] = []
    var sum = 0.0
    for (term, occurrences) in terms {
      guard let (entry, blocks) = try index.entry(of: term) else { continue }
      let weight = weights.weight(
        documentFrequency: Int(entry.documentFrequency), occurrences: occurrences)
      sum += weight
      guard sum < BM25Weights.largestSum else {
        throw .unusableQuery(
          reason: "expected a query of less than about 20,000 words, found a longer one")
      }
      // Inside: at most as many cursors as terms.
      cursors.append(
        PostingsCursor(
          index, entry, blocks, weight: weight, weights: weights,
          room: room + cursors.count * PostingsCursor.room))
    }
    return cursors
  }
}
