#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a training makes small, of the scores that a model gives one query's candidates.
///
/// RankT5's four are `binary`, `pairwise`, `listwise` and `poly1` (Zhuang et al. 2023, arXiv
/// 2210.10634).
public enum RankingLoss: String, Sendable, Hashable, CaseIterable {
  /// Binary cross-entropy of each score as log-odds, against a label or a teacher's probability.
  case binary
  /// −Σ y log softmax(s) with y the labels, or softmax of the teacher's scores.
  case listwise
  /// RankNet: the mean of log(1 + exp(s_j − s_i)) over pairs with y_i > y_j.
  case pairwise
  /// The mean of ((s_i − s_j) − (t_i − t_j))² over pairs of a positive i and a negative j; t is a
  /// teacher's (Hofstätter et al. 2020, arXiv 2010.02666).
  case marginMSE = "margin-mse"
  /// Listwise softmax, and Σ y (1 − softmax(s)).
  case poly1

  /// What candidates should score.
  public struct Targets: Sendable, Hashable {
    /// How relevant each is, from 0 (not at all) to 1.
    public var labels: [Double]
    /// What a teacher gave, as log-odds; nil without one.
    public var teacher: [Double]?

    /// Relevance, and a teacher's log-odds for the same candidates.
    public init(labels: [Double], teacher: [Double]? = nil) {
      precondition(teacher.map { $0.count == labels.count } ?? true, "one score a candidate")
      self.labels = labels
      self.teacher = teacher
    }

    /// The probability that each is relevant.
    var probabilities: [Double] {
      if let teacher { return teacher.map { 1 / (1 + exp(-$0)) } }
      return labels.map { min(max($0, 0), 1) }
    }

    /// A distribution over the candidates; nil without a relevant one.
    var distribution: [Double]? {
      if let teacher { return softmax(teacher) }
      let total = labels.reduce(0) { $0 + max($1, 0) }
      return total > 0 ? labels.map { max($0, 0) / total } : nil
    }
  }

  /// The loss, and its gradient by each score.
  public func evaluate(
    _ scores: [Double], _ targets: Targets
  ) -> (loss: Double, slopes: [Double]) {
    precondition(scores.count == targets.labels.count, "each candidate has one score")
    switch self {
    case .binary: return binary(scores, targets.probabilities)
    case .listwise: return listwise(scores, targets, poly: 0)
    case .poly1: return listwise(scores, targets, poly: 1)
    case .pairwise: return pairwise(scores, targets.teacher ?? targets.labels)
    case .marginMSE: return margins(scores, targets)
    }
  }

  private func binary(
    _ scores: [Double], _ wanted: [Double]
  ) -> (loss: Double, slopes: [Double]) {
    let share = 1 / Double(max(scores.count, 1))
    var loss = 0.0
    var slopes: [Double] = []
    for (score, wanted) in zip(scores, wanted) {
      loss += share * (softplus(score) - wanted * score)
      slopes.append(share * (1 / (1 + exp(-score)) - wanted))
    }
    return (loss, slopes)
  }

  private func listwise(
    _ scores: [Double], _ targets: Targets, poly: Double
  ) -> (loss: Double, slopes: [Double]) {
    guard let wanted = targets.distribution else {
      return (0, Array(repeating: 0, count: scores.count))
    }
    let found = softmax(scores)
    let total = logSumExp(scores)
    let loss = zip(wanted, scores).reduce(0) { $0 - $1.0 * ($1.1 - total) }
    // Σ y is 1, so Σ y (1 − p) = 1 − Σ y p, whose gradient by s_k is −p_k (y_k − Σ y p).
    let hit = zip(wanted, found).reduce(0) { $0 + $1.0 * $1.1 }
    return (
      loss + poly * (1 - hit),
      zip(wanted, found).map { $1 - $0 - poly * $1 * ($0 - hit) }
    )
  }

  private func pairwise(
    _ scores: [Double], _ wanted: [Double]
  ) -> (loss: Double, slopes: [Double]) {
    mean(
      over: scores.indices.flatMap { i in
        scores.indices.compactMap { j in wanted[i] > wanted[j] ? (i, j) : nil }
      }, count: scores.count
    ) { i, j in
      let behind = scores[j] - scores[i]
      return (softplus(behind), -1 / (1 + exp(-behind)))
    }
  }

  private func margins(
    _ scores: [Double], _ targets: Targets
  ) -> (loss: Double, slopes: [Double]) {
    guard let teacher = targets.teacher else { return (0, scores.map { _ in 0 }) }
    let labels = targets.labels
    return mean(
      over: labels.indices.flatMap { i in
        labels.indices.compactMap { j in labels[i] > 0 && labels[j] <= 0 ? (i, j) : nil }
      }, count: scores.count
    ) { i, j in
      let error = (scores[i] - scores[j]) - (teacher[i] - teacher[j])
      return (error * error, 2 * error)
    }
  }

  /// The mean of a loss of pairs, given with its slope by the first score less the second.
  private func mean(
    over pairs: [(Int, Int)], count: Int, _ body: (Int, Int) -> (loss: Double, slope: Double)
  ) -> (loss: Double, slopes: [Double]) {
    var slopes = Array(repeating: 0.0, count: count)
    var loss = 0.0
    for (i, j) in pairs {
      let term = body(i, j)
      loss += term.loss / Double(pairs.count)
      slopes[i] += term.slope / Double(pairs.count)
      slopes[j] -= term.slope / Double(pairs.count)
    }
    return (loss, slopes)
  }
}

/// log(1 + eˣ), without overflow.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

func logSumExp(_ values: [Double]) -> Double {
  guard let greatest = values.max(), greatest.isFinite else { return values.max() ?? -.infinity }
  return greatest + log(values.reduce(0) { $0 + exp($1 - greatest) })
}

func softmax(_ values: [Double]) -> [Double] {
  let total = logSumExp(values)
  return values.map { exp($0 - total) }
}
