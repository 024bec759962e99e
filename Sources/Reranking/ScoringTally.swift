/// What a scoring has taken so far; a text that was shortened many times is counted once.
struct ScoringTally: Sendable {
  private var counted = RerankingStatistics()
  private var documents: Set<Int> = []
  private var queries: Set<Int> = []

  var statistics: RerankingStatistics {
    var statistics = counted
    statistics.shortenedDocuments += documents.count
    statistics.shortenedQueries += queries.count
    return statistics
  }

  /// Counts sequences that went through the model.
  mutating func add(lengths: [Int], operations: Double) {
    counted.forwardPasses += lengths.count
    counted.tokens += lengths.reduce(0, +)
    counted.operations += operations
  }

  /// Counts documents whose vectors were stored, and those that had to be computed although others are.
  mutating func add(documentsWithVectors stored: Int, without missing: Int) {
    counted.documentsWithVectors += stored
    counted.documentsWithoutVectors += missing
  }

  /// Counts pairs that were compared.
  mutating func add(pairs: Int) {
    counted.pairs += pairs
  }

  /// Counts windows that documents were read in.
  mutating func add(windows: Int) {
    counted.windows += windows
  }

  /// Counts answers that a cache had, and those that it lacked.
  mutating func add(cacheHits: Int, cacheMisses: Int) {
    counted.cacheHits += cacheHits
    counted.cacheMisses += cacheMisses
  }

  /// Adds what a reranker took that counts by itself.
  mutating func add(_ statistics: RerankingStatistics) {
    counted.add(statistics)
  }

  /// Notes which texts a prompt held in part only.
  ///
  /// - Parameter documents: The numbers of the prompt's documents, in their order.
  mutating func note(_ answer: ModelAnswer, query: Int, documents numbers: [Int]) {
    if answer.queryShortened { queries.insert(query) }
    for (number, isShortened) in zip(numbers, answer.documentsShortened) where isShortened {
      documents.insert(number)
    }
  }

  /// Adds what a second stage took for the same queries.
  ///
  /// - Parameter number: This tally's number of each document of the other one.
  mutating func add(_ other: ScoringTally, number: (Int) -> Int) {
    counted.add(other.counted)
    documents.formUnion(other.documents.map(number))
    queries.formUnion(other.queries)
  }
}
