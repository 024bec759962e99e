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

  /// Counts pairs that were compared.
  mutating func add(pairs: Int) {
    counted.pairs += pairs
  }

  /// Counts windows that documents were read in.
  mutating func add(windows: Int) {
    counted.windows += windows
  }

  /// Adds what a reranker took that counts by itself.
  mutating func add(_ statistics: RerankingStatistics) {
    counted.shortenedDocuments += statistics.shortenedDocuments
    counted.shortenedQueries += statistics.shortenedQueries
    counted.forwardPasses += statistics.forwardPasses
    counted.tokens += statistics.tokens
    counted.operations += statistics.operations
    counted.pairs += statistics.pairs
    counted.windows += statistics.windows
  }

  /// Notes which texts a sequence holds in part only.
  ///
  /// - Parameter documents: The numbers of the sequence's documents, in their order.
  mutating func note(_ sequence: some EncodedSequence, query: Int, documents numbers: [Int]) {
    if sequence.queryShortened { queries.insert(query) }
    for (number, isShortened) in zip(numbers, sequence.documentsShortened) where isShortened {
      documents.insert(number)
    }
  }

  /// Adds what a second stage took for the same queries.
  ///
  /// - Parameter number: This tally's number of each document of the other one.
  mutating func add(_ other: ScoringTally, number: (Int) -> Int) {
    counted.forwardPasses += other.counted.forwardPasses
    counted.tokens += other.counted.tokens
    counted.operations += other.counted.operations
    counted.pairs += other.counted.pairs
    counted.windows += other.counted.windows
    counted.shortenedDocuments += other.counted.shortenedDocuments
    counted.shortenedQueries += other.counted.shortenedQueries
    documents.formUnion(other.documents.map(number))
    queries.formUnion(other.queries)
  }
}
