/// Which rows of packed queries see which rows of packed keys.
public struct AttentionLayout: Sendable, Hashable {
  /// Whether a query sees the keys after it.
  public enum Direction: Sendable, Hashable {
    case bidirectional
    /// The last query of a sequence sees all of its keys, the one before it all but the last, …
    case causal
  }

  /// Sequence i has the queries `queryOffsets[i] ..< queryOffsets[i + 1]`.
  public let queryOffsets: [Int]
  /// Sequence i has the keys `keyOffsets[i] ..< keyOffsets[i + 1]`.
  public let keyOffsets: [Int]
  /// Whether a query sees the keys after it.
  public let direction: Direction
  /// A query sees keys that are at most so many places away; nil: all of its sequence.
  public let reach: Int?

  /// Queries of some sequences, and the keys of the same sequences.
  ///
  /// - Precondition: Both are as long, begin with 0 and do not fall.
  public init(
    queryOffsets: [Int], keyOffsets: [Int], direction: Direction = .bidirectional,
    reach: Int? = nil
  ) {
    precondition(reach.map { $0 >= 0 } ?? true, "a query sees the key at its own place")
    precondition(queryOffsets.count == keyOffsets.count, "queries and keys of the same sequences")
    for offsets in [queryOffsets, keyOffsets] {
      precondition(
        offsets.first == 0 && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 },
        "offsets begin with 0 and do not fall")
    }
    self.queryOffsets = queryOffsets
    self.keyOffsets = keyOffsets
    self.direction = direction
    self.reach = reach
  }

  /// Every token of a sequence sees every token of it, or those at most `reach` places away.
  public init(within offsets: [Int], reach: Int? = nil) {
    self.init(queryOffsets: offsets, keyOffsets: offsets, reach: reach)
  }

  /// The number of sequences.
  public var count: Int { queryOffsets.count - 1 }

  /// Whether every token sees, and is seen by, those of its sequence that are within reach.
  public var isOfAnEncoder: Bool { direction == .bidirectional && queryOffsets == keyOffsets }

  /// The queries of a sequence.
  public func queries(of sequence: Int) -> Range<Int> {
    queryOffsets[sequence]..<queryOffsets[sequence + 1]
  }

  /// The keys of a sequence.
  public func keys(of sequence: Int) -> Range<Int> {
    keyOffsets[sequence]..<keyOffsets[sequence + 1]
  }
}

/// A term of attention scores that depends on the head and on the distance key − query alone.
public struct DistanceBias: Sendable, Hashable {
  /// Distances from −reach to reach are covered.
  public let reach: Int
  /// `[heads, 2 · reach + 1]`, by rising distance.
  public let values: [Float]

  /// The bias of `heads` heads for distances up to `reach` either way.
  ///
  /// - Parameter value: Of a head and a distance, key − query.
  public init(heads: Int, reach: Int, value: (_ head: Int, _ distance: Int) -> Float) {
    self.reach = reach
    values = (0..<heads).flatMap { head in (-reach...reach).map { value(head, $0) } }
  }

  /// Where distance 0 of a head stands in `values`.
  func center(ofHead head: Int) -> Int { head * (2 * reach + 1) + reach }
}
