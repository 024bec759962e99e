extension RerankerOptions {
  /// The most pairs that duo asks about among so many candidates, both orders counted; `Int.max` if
  /// more than an `Int` holds.
  public func mostPairs(among candidates: Int) -> Int {
    let count = max(0, min(candidates, depth))
    guard strategy != .all else { return pairSelection.pairCount(among: count) }
    let comparisons = strategy.mostComparisons(count: count, top: strategyTop)
    let (pairs, overflow) = comparisons.multipliedReportingOverflow(by: ordersAsked)
    return min(overflow ? .max : pairs, pairLimit ?? .max)
  }

  /// How many prompts one comparison of a strategy takes.
  var ordersAsked: Int { pairSelection == .allOrdered ? 2 : 1 }
}
