/// Where a negative is found.
public enum NegativeKind: String, Sendable, Hashable, CaseIterable {
  /// Any passage of the pool.
  case random
  /// A passage that BM25 finds for the query.
  case bm25
  /// A passage whose embedding is near the query's.
  case encoder
  /// A negative that came with the query.
  case given
}

/// How many negatives of a kind each query gets.
public struct NegativeShare: Sendable, Hashable {
  /// Where they are found.
  public var kind: NegativeKind
  /// How many.
  public var count: Int

  /// So many negatives of a kind.
  public init(_ kind: NegativeKind, _ count: Int) {
    self.kind = kind
    self.count = count
  }
}

/// Everything a caller may choose about mining.
public struct MiningOptions: Sendable {
  /// How negatives are taken from a window of ranks.
  public enum Sampling: String, Sendable, Hashable, CaseIterable {
    /// Any of the window, each as likely.
    case random
    /// The first ones.
    case top
  }

  /// The kinds, in the order in which they choose, each once.
  public var negatives: [NegativeShare] = [NegativeShare(.bm25, 10)]
  /// The ranks of BM25 and encoder that negatives are taken from, from 1.
  ///
  /// The query's own positives have none. They are counted before any passage is left out by its score,
  /// other than in sentence-transformers, whose `range_min` skips only passages that the limits admit.
  public var ranks: ClosedRange<Int> = 1...50
  /// How negatives are taken from these ranks.
  public var sampling: Sampling = .random
  /// Which passages are too likely to be relevant after all.
  public var limits = ScoreLimits()
  /// Chance begins here: equal seeds give equal negatives.
  public var seed: UInt64 = 1

  /// What most users want.
  public init() {}
}
