/// A run against a baseline: for each measure, whether it is better, and how surely.
public struct RunComparison: Sendable {
  /// The run's name.
  public let run: String
  /// The name of the run that it is compared with.
  public let baseline: String
  /// How many queries are compared: those that averages are over; with `.commonQueries`, the judged
  /// queries that both runs have.
  public let queryCount: Int
  /// One for each measure, in order.
  public fileprivate(set) var measures: [PairedComparison]

  private init(_ run: RunEvaluation, to baseline: RunEvaluation) {
    self.run = run.name
    self.baseline = baseline.name
    let indices = Set(baseline.averagedIndices)
    let common = run.averagedIndices.filter { indices.contains($0) }
    queryCount = common.count
    measures = run.measures.indices.map { measure in
      PairedComparison(
        measure: run.measures[measure],
        differences: common.map { run.values[measure][$0] - baseline.values[measure][$0] })
    }
  }

  /// Compares runs with a baseline, all measured by the same evaluator.
  ///
  /// p-values are corrected by Holm's procedure over all runs and measures, for each test by itself.
  public static func compare(
    _ runs: [RunEvaluation], to baseline: RunEvaluation
  ) -> [RunComparison] {
    var comparisons = runs.map { RunComparison($0, to: baseline) }
    let all = comparisons.flatMap(\.measures)
    let tTests = holmCorrected(all.map { $0.tTest?.pValue })
    let signFlips = holmCorrected(all.map { $0.signFlip?.pValue })
    var index = 0
    for run in comparisons.indices {
      for measure in comparisons[run].measures.indices {
        comparisons[run].measures[measure].correctedTTest = tTests[index]
        comparisons[run].measures[measure].correctedSignFlip = signFlips[index]
        index += 1
      }
    }
    return comparisons
  }
}

/// p-values that account for how many there are (Holm, 1979); nil stays nil and does not count.
package func holmCorrected(_ pValues: [Double?]) -> [Double?] {
  let order = pValues.indices.filter { pValues[$0] != nil }
    .sorted { (pValues[$0] ?? 1) < (pValues[$1] ?? 1) }
  var corrected = [Double?](repeating: nil, count: pValues.count)
  var highest = 0.0
  for (place, index) in order.enumerated() {
    highest = max(highest, min(1, Double(order.count - place) * (pValues[index] ?? 1)))
    corrected[index] = highest
  }
  return corrected
}
