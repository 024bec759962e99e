import RankingCore

/// Fisher's randomisation test of paired values, two-sided: if the two runs were alike, each
/// difference could as well have the other sign (Smucker, Allan and Carterette, CIKM 2007).
public struct SignFlipTest: Sendable, Hashable {
  /// The share of sign patterns with a mean at least as far from 0.
  public let pValue: Double
  /// Whether all sign patterns were counted.
  public let isExact: Bool

  /// Up to this many differences other than 0, all patterns of signs are counted.
  static let mostExact = 20

  /// Counts all patterns where few differences are not 0 (those that are change nothing), else
  /// random ones, the same at each call; those are counted with the observed pattern among them.
  ///
  /// nil for no differences.
  public init?(_ differences: [Double], permutations: Int = 100_000, seed: UInt64 = 1) {
    guard !differences.isEmpty else { return nil }
    let magnitudes = differences.map(\.magnitude).filter { $0 != 0 }
    // Sums that are equal in exact arithmetic must count as equal after rounding.
    let rounding = 1e-12 * magnitudes.reduce(0, +)
    let bound = differences.reduce(0, +).magnitude - rounding
    isExact = magnitudes.count <= Self.mostExact
    if isExact {
      pValue = exactShare(magnitudes, bound)
    } else {
      let count = randomCount(magnitudes, bound, permutations, seed)
      pValue = Double(count + 1) / Double(permutations + 1)
    }
  }
}

private func exactShare(_ magnitudes: [Double], _ bound: Double) -> Double {
  // Sums of two halves: no rounding errors add up over a million steps.
  let middle = magnitudes.count / 2
  let left = signedSums(magnitudes[..<middle])
  let right = signedSums(magnitudes[middle...])
  var count = 0
  for first in left {
    for second in right where (first + second).magnitude >= bound { count += 1 }
  }
  return Double(count) / (Double(left.count) * Double(right.count))
}

private func randomCount(
  _ magnitudes: [Double], _ bound: Double, _ permutations: Int, _ seed: UInt64
) -> Int {
  // The sums of eight differences for each of their 256 patterns of signs: one look-up for eight.
  let groups = stride(from: 0, to: magnitudes.count, by: 8).map { start in
    let group = magnitudes[start..<min(start + 8, magnitudes.count)]
    return signedSums(group + repeatElement(0, count: 8 - group.count))
  }
  let sums = groups.flatMap { $0 }
  var random = SplitMix64(seed: seed)
  var count = 0
  for _ in 0..<permutations {
    var sum = 0.0
    var bits: UInt64 = 0
    for group in 0..<groups.count {
      if group % 8 == 0 { bits = random.next() }
      sum += sums[group << 8 | Int(bits & 255)]
      bits >>= 8
    }
    if sum.magnitude >= bound { count += 1 }
  }
  return count
}

/// The sum of some numbers for each pattern of signs; bit i of the index set: number i is negative.
private func signedSums(_ numbers: ArraySlice<Double>) -> [Double] {
  var sums = [0.0]
  for number in numbers { sums = sums.map { $0 + number } + sums.map { $0 - number } }
  return sums
}
