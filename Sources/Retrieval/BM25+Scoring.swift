extension BM25 {
  /// What a search gives a text that is, or could be, in the collection: 0 if it has no term of the
  /// query.
  ///
  /// - Throws: `RetrievalError` for a query of very many words, or where the index proves corrupt.
  package func score(of text: String, for query: String) throws(RetrievalError) -> Double {
    var frequencies: [[UInt8]: UInt32] = [:]
    var length: UInt32 = 0
    WordScanner.forEachWord(in: text) { word in
      guard let term = index.analysis.term(of: word) else { return }
      frequencies[term, default: 0] += 1
      length += 1
    }
    // Shares are rounded so that their sum does not depend on the terms' order.
    var sum = 0.0
    for (term, occurrences) in occurrences(in: query) {
      guard let frequency = frequencies[term], let (entry, _) = try index.entry(of: term)
      else { continue }
      let weight = weights.weight(
        documentFrequency: Int(entry.documentFrequency), occurrences: occurrences)
      sum += weights.share(weight: weight, frequency: frequency, length: length)
    }
    return sum
  }

  /// What no text's score for a query can reach: the sum of its terms' weights.
  ///
  /// - Throws: `RetrievalError` for a query of very many words, or where the index proves corrupt.
  package func limit(for query: String) throws(RetrievalError) -> Double {
    var sum = 0.0
    for (term, occurrences) in occurrences(in: query) {
      guard let (entry, _) = try index.entry(of: term) else { continue }
      sum += weights.weight(
        documentFrequency: Int(entry.documentFrequency), occurrences: occurrences)
    }
    return sum
  }
}
