/// What mining found, and what it left out.
public struct MiningReport: Sendable, Hashable {
  /// Queries that were looked at.
  public var queries = 0
  /// Negatives that were found, by kind.
  public var negatives: [NegativeKind: Int] = [:]
  /// Queries with some negatives, but fewer than asked.
  public var shortQueries = 0
  /// Queries without any negative, of which there are no examples.
  public var emptyQueries = 0
  /// Passages that score too near to the positive, or above it.
  public var nearPositive = 0
  /// Passages that score more than the maximum.
  public var aboveMaximum = 0
  /// Passages that another kind had proposed for the query already.
  public var repeated = 0

  /// Nothing yet.
  public init() {}

  /// Negatives of a query that has any, in the mean; nil if none has.
  public var meanNegatives: Double? {
    let count = queries - emptyQueries
    return count > 0 ? Double(negatives.values.reduce(0, +)) / Double(count) : nil
  }
}
