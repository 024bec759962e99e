/// Heapsort that stops after the best `top`.
///
/// While the heap is built, all subtrees of one level are put in order in the same rounds; taking the
/// best off it asks one comparison at a time.
struct HeapSort: PairwiseStrategy {
  /// A document on its way down.
  private struct Descent {
    var node: Int
    /// The better one of the node's children, once it is known.
    var child: Int?
  }

  private let count: Int
  private let top: Int
  private var best: [Int] = []
  private var heap: [Int]
  private var level: Int
  private var descents: [Descent] = []
  private var asked: [IndexPair] = []

  init(count: Int, top: Int) {
    self.count = max(count, 0)
    self.top = top
    heap = Array(0..<self.count)
    // One above the level of the last node, which has no children.
    level = Int.bitWidth - self.count.leadingZeroBitCount
  }

  var ranking: [Int] { best + heap.sorted() }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    guard limit > 0 else { return [] }
    repeat {
      descents.removeAll { 2 * $0.node + 1 >= heap.count }
      if !descents.isEmpty { break }
    } while advance()
    asked = descents.prefix(limit).map { descent in
      let left = 2 * descent.node + 1
      if let child = descent.child {
        return IndexPair(first: heap[child], second: heap[descent.node])
      }
      guard left + 1 < heap.count else {
        return IndexPair(first: heap[left], second: heap[descent.node])
      }
      return IndexPair(first: heap[left], second: heap[left + 1])
    }
    return asked
  }

  /// Begins the next level or takes the best document off; false at the end.
  private mutating func advance() -> Bool {
    if level > 0 {
      level -= 1
      let start = (1 << level) - 1
      let end = min(2 * start + 1, heap.count)
      descents = start < end ? (start..<end).map { Descent(node: $0) } : []
      return true
    }
    guard best.count < top, let last = heap.popLast() else { return false }
    if let first = heap.first {
      best.append(first)
      heap[0] = last
      // Below the last of the best, no order is needed.
      descents = best.count < top ? [Descent(node: 0)] : []
    } else {
      best.append(last)
    }
    return true
  }

  mutating func receive(_ answers: [LogOdds]) {
    var going: [Descent] = []
    for (descent, (pair, answer)) in zip(descents, zip(asked, answers)) {
      let left = 2 * descent.node + 1
      let winner = pair.winner(answer)
      let isAmongChildren = descent.child == nil && left + 1 < heap.count
      if isAmongChildren {
        going.append(Descent(node: descent.node, child: winner == pair.first ? left : left + 1))
      } else if winner == pair.first {
        let child = descent.child ?? left
        heap.swapAt(child, descent.node)
        going.append(Descent(node: child))
      }
    }
    descents = going + descents.dropFirst(asked.count)
    asked = []
  }
}
