/// Postings of some documents, in memory, until they are sorted and written out as a run.
struct PostingsBuffer {
  private let analysis: TextAnalysis
  /// Words as they stand in texts, so that each is analysed once.
  private var surfaces = WordTable()
  /// The term that a surface counts as; `stopWord` for none.
  private var termOfSurface: [UInt32] = []
  private var terms = WordTable()
  /// The document that had the term last, and where its posting is.
  private var lastDocument: [UInt32] = []
  private var lastPosting: [Int] = []

  // One posting a row, documents ascending.
  private var postingTerms: [UInt32] = []
  private var postingDocuments: [UInt32] = []
  private var postingFrequencies: [UInt32] = []

  private static let stopWord = UInt32.max

  init(_ analysis: TextAnalysis) {
    self.analysis = analysis
  }

  var count: Int { postingTerms.count }

  /// Adds a document behind those before.
  ///
  /// - Returns: Its length in terms.
  mutating func add(_ text: String, document: UInt32) -> UInt32 {
    var length: UInt32 = 0
    WordScanner.forEachWord(in: text) { word in
      let term = term(of: word)
      guard term != Self.stopWord else { return }
      // A text that long does not fit into memory.
      length += 1
      if lastDocument[Int(term)] == document {
        postingFrequencies[lastPosting[Int(term)]] += 1
      } else {
        lastDocument[Int(term)] = document
        lastPosting[Int(term)] = count
        postingTerms.append(term)
        postingDocuments.append(document)
        postingFrequencies.append(1)
      }
    }
    return length
  }

  private mutating func term(of word: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let (surface, isNew) = surfaces.insert(word)
    if isNew { termOfSurface.append(newTerm(of: word)) }
    return termOfSurface[surface]
  }

  private mutating func newTerm(of word: UnsafeBufferPointer<UInt8>) -> UInt32 {
    guard let bytes = analysis.term(of: word) else { return Self.stopWord }
    let (term, isNew) = bytes.withUnsafeBufferPointer { terms.insert($0) }
    if isNew {
      lastDocument.append(.max)
      lastPosting.append(0)
    }
    return UInt32(term)
  }

  /// Gives each term with its postings to `body`, in byte order of the terms, and empties the buffer.
  mutating func drain(
    _ body: (
      _ term: ArraySlice<UInt8>, _ documents: ArraySlice<UInt32>, _ frequencies: ArraySlice<UInt32>
    ) throws(RetrievalError) -> Void
  ) throws(RetrievalError) {
    // A counting sort by term keeps the documents' order.
    var starts = [Int](repeating: 0, count: terms.count + 1)
    for term in postingTerms { starts[Int(term) + 1] += 1 }
    for term in 0..<terms.count { starts[term + 1] += starts[term] }
    var next = starts
    var documents = [UInt32](repeating: 0, count: count)
    var frequencies = documents
    for posting in postingTerms.indices {
      let term = Int(postingTerms[posting])
      documents[next[term]] = postingDocuments[posting]
      frequencies[next[term]] = postingFrequencies[posting]
      next[term] += 1
    }
    for term in termsInOrder() {
      let range = starts[term]..<starts[term + 1]
      try body(terms[term], documents[range], frequencies[range])
    }
    self = PostingsBuffer(analysis)
  }

  private func termsInOrder() -> [Int] {
    // The first eight bytes decide most comparisons.
    var keyed = (0..<terms.count).map { term in
      var key: UInt64 = 0
      for (index, byte) in terms[term].prefix(8).enumerated() {
        key |= UInt64(byte) << UInt64(56 - 8 * index)
      }
      return (key: key, term: term)
    }
    keyed.sort {
      $0.key != $1.key ? $0.key < $1.key : terms[$0.term].lexicographicallyPrecedes(terms[$1.term])
    }
    return keyed.map(\.term)
  }
}
