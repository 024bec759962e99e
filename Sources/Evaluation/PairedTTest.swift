/// Student's t-test of paired values, two-sided: whether the mean difference is 0.
public struct PairedTTest: Sendable, Hashable {
  /// The mean difference in units of its standard error; infinite where all differences are equal.
  public let statistic: Double
  /// One less than there are pairs.
  public let degreesOfFreedom: Int
  /// The probability of a statistic at least as far from 0, if the mean difference is 0.
  public let pValue: Double

  /// nil below two differences, and where all of them are 0.
  public init?(_ differences: [Double]) {
    guard differences.count >= 2, differences.contains(where: { $0 != 0 }) else { return nil }
    degreesOfFreedom = differences.count - 1
    let center = mean(differences)
    let squares = differences.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let variance = squares / Double(degreesOfFreedom)
    let error = (variance / Double(differences.count)).squareRoot()
    statistic = center / error
    pValue = studentTail(statistic, degreesOfFreedom: Double(degreesOfFreedom))
  }
}

/// P(|T| ≥ |t|) of Student's distribution.
func studentTail(_ statistic: Double, degreesOfFreedom: Double) -> Double {
  guard statistic.isFinite else { return 0 }
  let square = statistic * statistic
  let total = degreesOfFreedom + square
  return incompleteBeta(
    degreesOfFreedom / total, complement: square / total, degreesOfFreedom / 2, 0.5)
}
