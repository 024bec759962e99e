/// One search: block-max MaxScore over windows of documents.
///
/// A window's terms are split in two: those whose bounds together do not exceed the threshold (the
/// score of the worst document that is kept) cannot bring a document in by themselves. Only the others'
/// postings are walked over; the documents found are completed term by term, and given up as soon as
/// the bounds of the terms to come cannot lift them above the threshold. (H. Turtle and J. Flood, "Query
/// evaluation: strategies and optimizations", 1995; S. Ding and T. Suel, "Faster top-k document retrieval
/// using block-max indexes", SIGIR 2011; the windows as in Lucene 9's MaxScoreBulkScorer.)
///
/// Documents come in ascending order, sums are exact and bounds sure, so what is found is what scoring
/// every document would find, in the same order and with the same scores.
struct BM25Search {
  /// What may be left out.
  enum Pruning {
    /// What cannot be among the best.
    case maxScore
    /// Nothing.
    case none
  }

  /// Documents of a window; their sums stay in the nearest cache.
  private static let window = 2048

  private let weights: BM25Weights
  private let documentCount: Int
  private let pruning: Pruning
  private var cursors: [PostingsCursor]
  /// The cursors' numbers, those with the least bound for their cost first.
  private var order: [Int]
  /// Each cursor's bound in the window.
  private var bounds: [Double]
  private var top: TopDocuments

  /// - Parameter limit: At least 1.
  init(
    _ cursors: [PostingsCursor], weights: BM25Weights, documentCount: Int, limit: Int,
    pruning: Pruning
  ) {
    self.cursors = cursors
    self.weights = weights
    self.documentCount = documentCount
    self.pruning = pruning
    order = Array(cursors.indices)
    bounds = cursors.map(\.bound)
    top = TopDocuments(limit: limit)
  }

  /// The best documents, best first.
  mutating func run() throws(RetrievalError) -> [TopDocuments.Entry] {
    let sums = UnsafeMutablePointer<Double>.allocate(capacity: Self.window)
    let touched = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.window / 64)
    sums.initialize(repeating: 0, count: Self.window)
    touched.initialize(repeating: 0, count: Self.window / 64)
    defer {
      sums.deallocate()
      touched.deallocate()
    }
    var start = nextStart(from: 0)
    while start < documentCount {
      let range = start..<min(start + Self.window, documentCount)
      let skipped = split(range)
      if skipped < order.count {
        for number in order[skipped...] {
          try cursors[number].add(in: range, to: sums, touched: touched, weights)
        }
        try complete(range, skipped: skipped, sums, touched)
      }
      start = nextStart(from: range.upperBound)
    }
    return top.sorted
  }

  private var threshold: Double { pruning == .maxScore ? top.threshold : -.infinity }

  /// The first document from `start` on that may be among the best: one of the terms that can bring
  /// a document in, by their bounds in the whole collection, may have it.
  private mutating func nextStart(from start: Int) -> Int {
    let threshold = threshold
    for number in cursors.indices { bounds[number] = cursors[number].bound }
    let skipped = skippedCount(threshold)
    var next = Int.max
    for number in order[skipped...] { next = min(next, cursors[number].earliestDocument) }
    return max(start, next)
  }

  /// Bounds all terms in a window; how many of `order` need not be walked over there.
  private mutating func split(_ range: Range<Int>) -> Int {
    for number in cursors.indices { bounds[number] = cursors[number].bound(in: range, weights) }
    return skippedCount(threshold)
  }

  private mutating func skippedCount(_ threshold: Double) -> Int {
    // Insertion: the order hardly changes from window to window.
    for place in order.indices.dropFirst() {
      let number = order[place]
      let cost = cost(number)
      var free = place
      while free > 0, self.cost(order[free - 1]) > cost {
        order[free] = order[free - 1]
        free -= 1
      }
      order[free] = number
    }
    var sum = 0.0
    var count = 0
    while count < order.count, sum + bounds[order[count]] <= threshold {
      sum += bounds[order[count]]
      count += 1
    }
    return count
  }

  /// What is lost by skipping a term, for each posting that need not be read.
  private func cost(_ number: Int) -> Double {
    bounds[number] / Double(cursors[number].documentFrequency)
  }

  /// Adds the skipped terms' shares to the documents found in a window, and keeps the best.
  private mutating func complete(
    _ range: Range<Int>, skipped: Int, _ sums: UnsafeMutablePointer<Double>,
    _ touched: UnsafeMutablePointer<UInt64>
  ) throws(RetrievalError) {
    let ahead = order[..<skipped].reduce(0) { $0 + bounds[$1] }
    var threshold = threshold
    for group in 0..<((range.count + 63) / 64) {
      var bits = touched[group]
      touched[group] = 0
      while bits != 0 {
        let place = group &* 64 &+ bits.trailingZeroBitCount
        bits &= bits &- 1
        let sum = sums[place]
        sums[place] = 0
        guard sum + ahead > threshold else { continue }
        let document = range.lowerBound + place
        guard let score = try completed(sum, document, skipped, ahead, threshold) else { continue }
        top.insert(document: UInt32(document), score: score)
        threshold = self.threshold
      }
    }
  }

  /// A document's score; nil once it cannot exceed the threshold.
  private mutating func completed(
    _ sum: Double, _ document: Int, _ skipped: Int, _ ahead: Double, _ threshold: Double
  ) throws(RetrievalError) -> Double? {
    var sum = sum
    var ahead = ahead
    for number in order[..<skipped].reversed() {
      ahead -= bounds[number]
      // All are multiples of one unit: these sums are exact too.
      guard sum + ahead + cursors[number].bound(of: document, weights) > threshold else {
        return nil
      }
      sum += try cursors[number].share(of: document, weights)
      guard sum + ahead > threshold else { return nil }
    }
    return sum
  }
}
