/// Which ordered pairs of candidates duoT5 is asked about.
public enum PairSelection: String, Sendable, Hashable, CaseIterable {
  /// All n(n − 1) ordered pairs: position bias cancels.
  case allOrdered = "all"
  /// Only i < j, n(n − 1)/2 pairs: half the cost; p(j over i) is taken as 1 − p(i over j).
  case upper

  /// How many pairs `pairs(count:)` would give: `Int.max` if there are more than that, so that a
  /// caller can refuse an impossible number before making a list of it.
  public func pairCount(among count: Int) -> Int {
    guard count > 1 else { return 0 }
    // n(n − 1) is even; the even one of its factors is halved first, so that only results overflow.
    let (even, odd) = count.isMultiple(of: 2) ? (count, count - 1) : (count - 1, count)
    let factor = self == .upper ? even / 2 : even
    let (product, overflow) = factor.multipliedReportingOverflow(by: odd)
    return overflow ? .max : product
  }

  /// The pairs among `count` documents, by first and then second position; none among fewer than two.
  public func pairs(count: Int) -> [IndexPair] {
    Array(lazyPairs(count: count))
  }

  /// The same pairs, each made when it is asked for: a great many need no memory.
  func lazyPairs(count: Int) -> some Sequence<IndexPair> {
    let count = max(count, 0)
    return (0..<count).lazy.flatMap { first in
      ((self == .upper ? first + 1 : 0)..<count).lazy.filter { $0 != first }
        .map { IndexPair(first: first, second: $0) }
    }
  }
}
