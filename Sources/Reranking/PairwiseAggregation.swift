/// How pair probabilities p(i over j), below p_ij, become one score a document.
///
/// Sources: duoBERT (arXiv 1910.14424), Expando-Mono-Duo (arXiv 2101.05667), pygaggle; Copeland 1951.
///
/// A sum runs over the other documents j. Where only one order of a pair was asked
/// (`PairSelection.upper`), p_ji is taken as 1 − p_ij; a pair that was asked neither way adds
/// nothing.
public enum PairwiseAggregation: String, Sendable, Hashable, CaseIterable {
  /// Σ p_ij
  case sum
  /// Σ log p_ij
  case sumLog = "sum-log"
  /// Σ (p_ij + 1 − p_ji), pygaggle's default
  case symmetricSum = "sym-sum"
  /// Σ (log p_ij + log(1 − p_ji))
  case symmetricSumLog = "sym-sum-log"
  /// Σ 1[p_ij > ½]
  case binary
  /// min p_ij
  case minimum = "min"
  /// max p_ij
  case maximum = "max"
  /// Wins on symmetrised preferences: 1 if (p_ij + 1 − p_ji) / 2 > ½, and ½ if it equals ½
  case copeland

  /// One score a document, higher is better, in the documents' order.
  ///
  /// Everything is computed from log-odds, so that a saturated p neither makes a logarithm infinite
  /// nor loses the order of two documents where the rule itself does not.
  ///
  /// Scores follow the documents bit for bit under any reordering, and two documents with the same
  /// answers have the same score. A document without any pair (one document alone) scores 0 by a
  /// sum, and ½, nobody's favour, by minimum and maximum.
  public func scores(from preferences: PreferenceMatrix) -> [Double] {
    (0..<preferences.count).map { document in
      let terms = (0..<preferences.count).compactMap { other -> Double? in
        guard other != document,
          let over = preferences.preference(of: document, over: other),
          let under = preferences.preference(of: other, over: document)
        else { return nil }
        return term(over: over, under: under)
      }
      return combine(terms)
    }
  }

  /// What one pair adds: `over` is p_ij, `under` is p_ji.
  private func term(over: LogOdds, under: LogOdds) -> Double {
    switch self {
    case .sum, .minimum, .maximum: over.probability
    case .sumLog: over.logProbability
    case .symmetricSum: over.probability + under.complement.probability
    case .symmetricSumLog: over.logProbability + under.complement.logProbability
    case .binary: over.value > 0 ? 1 : 0
    // (p_ij + 1 − p_ji) / 2 > ½ says p_ij > p_ji, and the log-odds are in the same order.
    case .copeland: over > under ? 1 : over == under ? 0.5 : 0
    }
  }

  private func combine(_ terms: [Double]) -> Double {
    switch self {
    case .minimum: terms.min() ?? 0.5
    case .maximum: terms.max() ?? 0.5
    // Rounding depends on the order of a sum; sorted, it depends on the terms alone.
    default: terms.sorted().reduce(0, +)
    }
  }
}
