/// Two different candidates, by their positions: the one shown first, and the one shown second.
public struct IndexPair: Sendable, Hashable {
  /// The position of the candidate shown first.
  public let first: Int
  /// The position of the candidate shown second.
  public let second: Int

  /// A pair of two different positions.
  public init(first: Int, second: Int) {
    self.first = first
    self.second = second
  }

  /// The same two documents, shown the other way round.
  public var swapped: IndexPair { IndexPair(first: second, second: first) }
}
