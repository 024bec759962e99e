/// How the scores of a document's windows become the document's score.
///
/// Rules calculate with scores in the scale that the scorer gives them in, so that scale matters: a sum of
/// probabilities rises with each window, one of log-odds falls with each that is more likely not to answer. The
/// best window is the same in every scale.
///
/// Source: Dai and Callan 2019, "Deeper Text Understanding for IR with Contextual Neural Language Modeling"
/// (FirstP, MaxP, SumP), arXiv 1905.09217.
public enum PassageAggregation: String, Sendable, Hashable, CaseIterable {
  /// Documents are read from their start, as far as the token budget goes; there are no windows.
  case first
  /// The score of the best window.
  case max
  /// The mean over all windows.
  case mean
  /// The sum over all windows.
  case sum
  /// The mean of the two best windows; of one, its score.
  case top2

  /// A document's score.
  ///
  /// - Parameter scores: Those of its windows, in their order; at least one.
  public func score(of scores: [Double]) -> Double {
    precondition(!scores.isEmpty, "a document has at least one window")
    switch self {
    case .first: return scores[0]
    case .max: return scores.reduce(-.infinity) { Swift.max($0, $1) }
    case .mean: return scores.reduce(0, +) / Double(scores.count)
    case .sum: return scores.reduce(0, +)
    case .top2:
      let best = scores.sorted(by: >).prefix(2)
      return best.reduce(0, +) / Double(best.count)
    }
  }
}
