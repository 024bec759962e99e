/// How pair probabilities p(i over j) become one score a document.
///
/// Sources: duoBERT (arXiv 1910.14424), Expando-Mono-Duo (arXiv 2101.05667), pygaggle.
public enum PairwiseAggregation: String, Sendable, Hashable, CaseIterable {
  case sum
  case sumLog = "sum-log"
  case symmetricSum = "sym-sum"
  case symmetricSumLog = "sym-sum-log"
  case binary
  case minimum = "min"
  case maximum = "max"
  case copeland
}
