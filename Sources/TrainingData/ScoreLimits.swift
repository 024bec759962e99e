/// Which passages score so well beside the query's positive that they may well be relevant too.
///
/// Semantics and names: sentence-transformers 6.2, `mine_hard_negatives`. Of several positives the one
/// with the least score counts.
public struct ScoreLimits: Sendable, Hashable {
  /// A negative must score at least so much less than the positive; nil: any score will do.
  public var absoluteMargin: Double?
  /// A negative must score less than the positive by at least this share of the positive's magnitude.
  public var relativeMargin: Double?
  /// A negative must not score more.
  public var maximumScore: Double?

  /// Everything is admitted.
  public init(
    absoluteMargin: Double? = nil, relativeMargin: Double? = nil, maximumScore: Double? = nil
  ) {
    self.absoluteMargin = absoluteMargin
    self.relativeMargin = relativeMargin
    self.maximumScore = maximumScore
  }

  /// What a limit says of a passage.
  enum Verdict {
    case admitted
    case tooNearPositive
    case tooHigh
  }

  /// Whether everything is admitted.
  public var isEmpty: Bool { self == ScoreLimits() }

  /// - Parameter positive: The least score of the query's positives.
  func verdict(on score: Double, positive: Double) -> Verdict {
    if let absoluteMargin, score + absoluteMargin > positive { return .tooNearPositive }
    if let relativeMargin, score > positive - abs(positive) * relativeMargin {
      return .tooNearPositive
    }
    if let maximumScore, score > maximumScore { return .tooHigh }
    return .admitted
  }
}
