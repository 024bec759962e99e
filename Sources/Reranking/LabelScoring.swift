public import RankingCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns the likelihoods of a prompt's labels into a score, in one scale.
public struct LabelScoring: Sendable, Hashable {
  /// What the scores mean.
  public let scale: ScoreScale
  private let rule: Prompt.Scoring
  /// What the labels stand for, in the prompt's order.
  let values: [Double]
  // Log-odds only: which label says yes, and which says no.
  private let positive: Int
  private let negative: Int

  /// The scoring of a prompt.
  ///
  /// For duo the scale is that of one pair; what documents get is an aggregate of pairs.
  ///
  /// - Parameter scale: One of those that the prompt offers; nil: the first of them.
  /// - Throws: `RerankingError.unusableOptions` for a scale that the prompt does not offer.
  public init(_ prompt: Prompt, scale: ScoreScale? = nil) throws(RerankingError) {
    let offered = Self.scales(offeredBy: prompt.scoring)
    let scale = scale ?? offered[0]
    guard offered.contains(scale) else {
      throw .unusableOptions(
        reason: "expected a score that prompt \(prompt.name) offers "
          + "(\(offered.map(\.rawValue).joined(separator: ", "))), found \(scale.rawValue)")
    }
    self.scale = scale
    self.rule = prompt.scoring
    self.values = prompt.labels.map(\.value)
    self.positive = values.firstIndex(of: 1) ?? 0
    self.negative = values.firstIndex(of: 0) ?? 0
  }

  /// The scales that make sense for a rule, its own first.
  ///
  /// Of an expected value the others are those of its share: how far it is from the least label's
  /// value (0) to the greatest label's (1). They order documents as the expected value does.
  public static func scales(offeredBy rule: Prompt.Scoring) -> [ScoreScale] {
    switch rule {
    case .logOdds: [.logit, .logProbability, .probability]
    case .expectedValue: [.expectedValue, .logit, .logProbability, .probability]
    case .logit: [.logit]
    }
  }

  /// Scores one prompt.
  ///
  /// - Parameter logits: For each label of the prompt, in its order, the first-step logit or the
  ///   log-likelihood of the whole label; they may share any constant except for the rule `logit`.
  /// - Precondition: One number a label.
  public func score(_ logits: [Double]) -> LabelScore {
    precondition(logits.count == values.count, "each label has one logit")
    switch rule {
    case .logit:
      return LabelScore(score: logits[0], distribution: nil)
    case .logOdds:
      return LabelScore(score: inScale(logOdds(logits)), distribution: nil)
    case .expectedValue:
      let distribution = Self.softmax(logits)
      let expected = zip(values, distribution).reduce(0) { $0 + $1.0 * $1.1 }
      return LabelScore(
        score: scale == .expectedValue ? expected : inScale(logOdds(logits)),
        distribution: values.count > 2 ? distribution : nil)
    }
  }

  /// The log-odds of the label with value 1 over that with value 0; of an expected value, those of its
  /// share between the least and the greatest label's value.
  ///
  /// - Precondition: The prompt's rule is not `logit`, and there is one number a label.
  public func logOdds(_ logits: [Double]) -> LogOdds {
    switch rule {
    case .logOdds: return LogOdds(logits[positive] - logits[negative])
    case .expectedValue:
      // share = Σ w·p and 1 − share = Σ (1 − w)·p, in logarithms, so that neither saturates.
      guard let least = values.min(), let greatest = values.max(), least < greatest else {
        return LogOdds(.nan)
      }
      let shares = values.map { ($0 - least) / (greatest - least) }
      let upper = Self.logSumExp(zip(shares, logits).map { log($0) + $1 })
      return LogOdds(upper - Self.logSumExp(zip(shares, logits).map { log1p(-$0) + $1 }))
    case .logit: preconditionFailure("a prompt with the rule logit has no log-odds")
    }
  }

  private func inScale(_ logOdds: LogOdds) -> Double {
    switch scale {
    case .probability: logOdds.probability
    case .logProbability: logOdds.logProbability
    default: logOdds.value
    }
  }

  private static func logSumExp(_ terms: [Double]) -> Double {
    guard let greatest = terms.max(), greatest.isFinite else { return .nan }
    return greatest + log(terms.reduce(0) { $0 + exp($1 - greatest) })
  }

  private static func softmax(_ logits: [Double]) -> [Double] {
    // The greatest exponent is 0, so nothing overflows and the sum is at least 1.
    let greatest = logits.max() ?? 0
    let exponentials = logits.map { exp($0 - greatest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
