import RankingCore

/// An interval for a mean by the bootstrap: the percentiles of the means of samples drawn from the
/// numbers with replacement (Efron, 1979; Sakai, SIGIR 2006).
public struct BootstrapInterval: Sendable, Hashable {
  /// The lower end.
  public let lower: Double
  /// The upper end.
  public let upper: Double

  /// The same at each call with the same numbers; nil for no numbers.
  public init?(
    _ numbers: [Double], confidence: Double = 0.95, samples: Int = 10_000, seed: UInt64 = 1
  ) {
    guard let count = UInt64(exactly: numbers.count), count > 0, samples > 0 else { return nil }
    var random = SplitMix64(seed: seed)
    var means: [Double] = []
    means.reserveCapacity(samples)
    for _ in 0..<samples {
      var sum = 0.0
      for _ in numbers.indices {
        // Uneven by less than one part in 2^64 / count.
        sum += numbers[Int(random.next().multipliedFullWidth(by: count).high)]
      }
      means.append(sum / Double(numbers.count))
    }
    means.sort()
    lower = percentile((1 - confidence) / 2, of: means)
    upper = percentile((1 + confidence) / 2, of: means)
  }
}

/// Linear between the two nearest of sorted numbers.
private func percentile(_ share: Double, of sorted: [Double]) -> Double {
  let place = share * Double(sorted.count - 1)
  let below = Int(place)
  let above = min(below + 1, sorted.count - 1)
  return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
}
