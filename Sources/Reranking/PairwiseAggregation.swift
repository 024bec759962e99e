/// How pair probabilities p(i over j), below p_ij, become one score a document.
///
/// Sources: duoBERT (arXiv 1910.14424), Expando-Mono-Duo (arXiv 2101.05667), pygaggle; Copeland 1951;
/// for pairs that are sampled, Gienapp et al. 2022 (arXiv 2207.04470).
///
/// A sum runs over the other documents j. Where only one order of a pair was asked
/// (`PairSelection.upper`), p_ji is taken as 1 − p_ij; a pair that was asked neither way adds
/// nothing, and half a win to `copeland`. The last three are made for such incomplete sets: they do not
/// favour who was compared more often.
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
  /// Logarithms of strengths s with (p_ij + 1 − p_ji) / 2 ≈ s_i / (s_i + s_j)
  case bradleyTerry = "bradley-terry"
  /// PageRank, damped by 0.85, with (p_ij + 1 − p_ji) / 2 as the weight of the edge from j to i; the
  /// mean is 1
  case pageRank = "pagerank"

  /// One score a document, higher is better, in the documents' order.
  ///
  /// Everything is computed from log-odds, so that a saturated p neither makes a logarithm infinite
  /// nor loses the order of two documents where the rule itself does not.
  ///
  /// Scores follow the documents bit for bit under any reordering, and two documents with the same
  /// answers have the same score. A document without any pair (one document alone) scores 0 by a
  /// sum or strength, ½, nobody's favour, by minimum and maximum, and 1 by PageRank.
  public func scores(from preferences: PreferenceMatrix) -> [Double] {
    scores((0..<preferences.count).lazy.map { preferences.comparisons(of: $0) })
  }

  /// The same from each document's comparisons.
  func scores(_ documents: some Collection<[Comparison]>) -> [Double] {
    switch self {
    case .bradleyTerry: BradleyTerry.logStrengths(Array(documents))
    case .pageRank: PageRank.scores(Array(documents))
    default: documents.map { combine($0.map(term), others: documents.count - 1) }
    }
  }

  /// What one pair adds.
  private func term(_ pair: Comparison) -> Double {
    switch self {
    case .sum, .minimum, .maximum: pair.over.probability
    case .sumLog: pair.over.logProbability
    case .symmetricSum: pair.over.probability + pair.under.complement.probability
    case .symmetricSumLog: pair.over.logProbability + pair.under.complement.logProbability
    case .binary: pair.over.value > 0 ? 1 : 0
    // (p_ij + 1 − p_ji) / 2 > ½ says p_ij > p_ji, and the log-odds are in the same order.
    case .copeland: pair.over > pair.under ? 1 : pair.over == pair.under ? 0.5 : 0
    case .bradleyTerry, .pageRank: pair.share
    }
  }

  private func combine(_ terms: [Double], others: Int) -> Double {
    switch self {
    case .minimum: terms.min() ?? 0.5
    case .maximum: terms.max() ?? 0.5
    case .copeland: terms.sortedSum + Double(others - terms.count) / 2
    default: terms.sortedSum
    }
  }
}
