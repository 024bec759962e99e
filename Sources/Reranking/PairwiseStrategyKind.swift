/// How duoT5 chooses the pairs that it compares.
///
/// Sources: Qin et al. 2023 (PRP: heapsort and sliding window), arXiv 2306.17563; Gienapp et al. 2022
/// (sampled pairs), arXiv 2207.04470.
public enum PairwiseStrategyKind: String, Sendable, Hashable, CaseIterable {
  /// Every pair, and an aggregate of the answers.
  case all
  /// A heap, from which the best are taken.
  case heapsort
  /// Everything against a pivot, then each side; sides without any of the best are left alone.
  case quicksort
  /// Neighbours from the last to the first, as many times as there are best to find.
  case sliding
  /// Single elimination; the next best is found among those who lost to the last one.
  case tournament
  /// Rounds among equals.
  case swiss
  /// Each with those 1, 2, 4, 8 … places on, in a circle, and an aggregate of the answers.
  case sampled
  /// Each with the next ones, about as many as in `sampled`, and an aggregate of the answers.
  case windowed

  /// The algorithm; nil for `all`, which needs none.
  ///
  /// - Parameters:
  ///   - count: How many documents there are.
  ///   - top: How many of the best must be in order (`swiss`, `sampled` and `windowed` order all).
  ///   - aggregation: What `sampled` and `windowed` order by.
  public func strategy(
    count: Int, top: Int, aggregation: PairwiseAggregation = .bradleyTerry
  ) -> (any PairwiseStrategy)? {
    switch self {
    case .all: nil
    case .heapsort: HeapSort(count: count, top: top)
    case .quicksort: QuickSort(count: count, top: top)
    case .sliding: SlidingWindow(count: count, passes: top)
    case .tournament: Tournament(count: count, top: top)
    case .swiss: SwissTournament(count: count)
    case .sampled: SampledPairs(.cyclic, count: count, aggregation: aggregation)
    case .windowed: SampledPairs(.windowed, count: count, aggregation: aggregation)
    }
  }

  /// The most comparisons that the algorithm asks for, whatever the answers; `Int.max` if more than
  /// an `Int` holds.
  public func mostComparisons(count: Int, top: Int) -> Int {
    guard count > 1 else { return 0 }
    let everyPair = PairSelection.upper.pairCount(among: count)
    // The bit width of count − 1 is log₂ of count, rounded up.
    let height = Int.bitWidth - (count - 1).leadingZeroBitCount
    let best = min(max(top, 0), count)
    func product(_ one: Int, _ other: Int) -> Int {
      let (product, overflow) = one.multipliedReportingOverflow(by: other)
      return overflow ? .max : product
    }
    func sum(_ one: Int, _ other: Int) -> Int {
      let (sum, overflow) = one.addingReportingOverflow(other)
      return overflow ? .max : sum
    }
    switch self {
    case .all, .quicksort: return everyPair
    // Building takes fewer than 2n; each of the best but the last then one way down, two a level.
    case .heapsort: return sum(product(2, count), product(best, product(2, height)))
    case .sliding: return min(everyPair, product(best, count - 1))
    case .tournament: return min(everyPair, sum(count - 1, product(max(best, 1) - 1, height)))
    case .swiss: return product(SwissTournament.rounds(count: count), count / 2)
    case .sampled, .windowed:
      return min(everyPair, product(SampledPairs.distances(count: count).count, count))
    }
  }
}
