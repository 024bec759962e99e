/// Which scorers rank, in `t5rank --mode`'s words.
public enum RankingMode: String, Sendable, Hashable, CaseIterable {
  /// monoT5: each document by itself, p("true").
  case mono
  /// RankT5: each document by itself, a rating.
  case rank
  /// duoT5: pairs of the first `depth` candidates in their given order.
  case duo
  /// monoT5 over all candidates, then duoT5 over its best `depth`.
  case monoDuo = "mono-duo"
  /// A BERT cross-encoder.
  case cross
  /// ColBERT: each document by itself, by the vectors of its tokens.
  case colbert
}
