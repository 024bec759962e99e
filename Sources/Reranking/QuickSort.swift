/// Quicksort whose comparisons of one depth are all asked at once.
///
/// A part that cannot hold any of the best is left in its given order.
struct QuickSort: PairwiseStrategy {
  private(set) var ranking: [Int]
  private let top: Int
  /// Parts of the ranking that are not in order, from the front.
  private var parts: [Range<Int>]
  private var asked: [Range<Int>] = []

  init(count: Int, top: Int) {
    ranking = Array(0..<max(count, 0))
    self.top = top
    parts = [ranking.indices]
  }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    parts.removeAll { $0.count < 2 || $0.lowerBound >= top }
    var pairs: [IndexPair] = []
    asked = []
    for part in parts {
      // A part is compared as a whole or not at all.
      guard part.count - 1 <= limit - pairs.count else { break }
      asked.append(part)
      let pivot = Self.pivot(part)
      pairs += part.filter { $0 != pivot }
        .map { IndexPair(first: ranking[$0], second: ranking[pivot]) }
    }
    return pairs
  }

  mutating func receive(_ answers: [LogOdds]) {
    var rest = answers[...]
    var next: [Range<Int>] = []
    for part in asked {
      let pivot = ranking[Self.pivot(part)]
      var above: [Int] = []
      var below: [Int] = []
      for document in ranking[part] where document != pivot {
        guard let answer = rest.popFirst() else { return }
        let winner = IndexPair(first: document, second: pivot).winner(answer)
        if winner == document { above.append(document) } else { below.append(document) }
      }
      ranking.replaceSubrange(part, with: above + [pivot] + below)
      let middle = part.lowerBound + above.count
      next += [part.lowerBound..<middle, middle + 1..<part.upperBound]
    }
    parts = next + parts.dropFirst(asked.count)
  }

  /// The middle: candidates often come nearly in order.
  private static func pivot(_ part: Range<Int>) -> Int { part.lowerBound + part.count / 2 }
}
