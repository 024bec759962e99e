/// What was measured of one run.
public struct RunEvaluation: Sendable {
  /// The run's name.
  public let name: String
  /// What was measured.
  public let measures: [Measure]
  /// The queries that averages are over.
  public let averaging: Averaging
  /// The judged queries, in the order of the judgements.
  public let queryIDs: [String]
  /// `[measures, queries]`; 0 for queries that the run lacks.
  public let values: [[Double]]
  /// Whether the run has the query, by query.
  public let isFound: [Bool]
  /// Queries of the run that were not judged; they do not count.
  public let unjudgedQueries: Int

  /// Judged queries that the run lacks.
  public var missingQueries: Int { isFound.count { !$0 } }

  /// How many queries averages are over.
  public var averagedQueries: Int { averagedIndices.count }

  /// The average of a measure, by its place in `measures`; 0 over no query.
  public func mean(_ measure: Int) -> Double {
    let indices = averagedIndices
    guard !indices.isEmpty else { return 0 }
    return indices.reduce(0) { $0 + values[measure][$1] } / Double(indices.count)
  }

  /// The average of a measure; nil if it was not measured.
  public subscript(measure: Measure) -> Double? {
    measures.firstIndex(of: measure).map(mean)
  }

  /// The places of the queries that averages are over.
  var averagedIndices: [Int] {
    switch averaging {
    case .judgedQueries: Array(queryIDs.indices)
    case .commonQueries: queryIDs.indices.filter { isFound[$0] }
    }
  }
}
