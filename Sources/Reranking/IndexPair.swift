/// Two different candidates, by their positions: the one shown first, and the one shown second.
public struct IndexPair: Sendable, Hashable {
  public let first: Int
  public let second: Int

  public init(first: Int, second: Int) {
    self.first = first
    self.second = second
  }

  /// The same two documents, shown the other way round.
  public var swapped: IndexPair { IndexPair(first: second, second: first) }
}
