/// The best documents so far; of equal scores the earlier document is better.
///
/// Documents must come in ascending order: then a later one never replaces an equal one.
struct TopDocuments {
  struct Entry {
    let score: Double
    let document: UInt32

    @inline(__always)
    func isWorse(than other: Entry) -> Bool {
      score != other.score ? score < other.score : document > other.document
    }
  }

  private let limit: Int
  /// A binary heap with the worst entry first.
  private var heap: [Entry] = []

  /// - Parameter limit: At least 1.
  init(limit: Int) {
    self.limit = limit
  }

  /// The score that a further document must exceed.
  var threshold: Double { heap.count < limit ? -.infinity : heap[0].score }

  mutating func insert(document: UInt32, score: Double) {
    guard score > threshold else { return }
    let entry = Entry(score: score, document: document)
    if heap.count < limit {
      heap.append(entry)
      siftUp()
    } else {
      siftDown(entry)
    }
  }

  /// All entries, best first.
  var sorted: [Entry] { heap.sorted { $1.isWorse(than: $0) } }

  private mutating func siftUp() {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isWorse(than: heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Puts an entry in the worst one's place.
  private mutating func siftDown(_ entry: Entry) {
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isWorse(than: heap[child]) { child += 1 }
      guard heap[child].isWorse(than: entry) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = entry
  }
}
