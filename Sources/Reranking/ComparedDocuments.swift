/// What duoT5 said about pairs of some documents for one query.
public struct ComparedDocuments: Sendable {
  /// Among the documents, by their positions.
  public let preferences: PreferenceMatrix
  let tally: ScoringTally

  /// What it took.
  public var statistics: RerankingStatistics { tally.statistics }
}
