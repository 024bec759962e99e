import RankingCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Differences of scores: near 1 probabilities no longer tell documents or words apart, but their
/// log-odds do.
extension ScoreScale {
  /// The scale in which scores of this one are compared.
  var ofDifferences: ScoreScale {
    switch self {
    case .probability, .logProbability: .logit
    default: self
    }
  }

  /// A score of this scale in `ofDifferences`; always finite.
  func forDifferences(_ score: Double) -> Double {
    switch self {
    case .probability:
      // A probability that has been rounded to 0 or 1 is taken as the nearest that has not.
      let probability = min(max(score, .leastNonzeroMagnitude), (1.0).nextDown)
      return log(probability) - log1p(-probability)
    case .logProbability:
      let logarithm = min(score, -Double.leastNonzeroMagnitude)
      return logarithm - log(-expm1(logarithm))
    default: return score
    }
  }
}
