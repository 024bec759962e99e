/// One measure of two runs, query by query.
public struct PairedComparison: Sendable {
  /// What was measured.
  public let measure: Measure
  /// The mean of the differences, run less baseline; 0 over no query.
  public let delta: Double
  /// Where the mean difference lies with 95 % confidence; nil over no query.
  public let interval: BootstrapInterval?
  /// nil where it is not defined: below two queries, or where no query differs.
  public let tTest: PairedTTest?
  /// nil over no query.
  public let signFlip: SignFlipTest?
  /// The t-test's p-value after Holm's correction over all comparisons.
  public internal(set) var correctedTTest: Double?
  /// The sign-flip test's p-value after Holm's correction over all comparisons.
  public internal(set) var correctedSignFlip: Double?
  /// Queries that gained.
  public let wins: Int
  /// Queries that stayed as they were.
  public let ties: Int
  /// Queries that lost.
  public let losses: Int

  /// Compares by the differences of queries, run less baseline.
  public init(measure: Measure, differences: [Double]) {
    self.measure = measure
    delta = mean(differences)
    interval = BootstrapInterval(differences)
    tTest = PairedTTest(differences)
    signFlip = SignFlipTest(differences)
    wins = differences.count { $0 > 0 }
    ties = differences.count { $0 == 0 }
    losses = differences.count { $0 < 0 }
  }
}

/// 0 for no numbers.
func mean(_ numbers: [Double]) -> Double {
  numbers.isEmpty ? 0 : numbers.reduce(0, +) / Double(numbers.count)
}
