/// What becomes of a model that is known by its name not to be a re-ranker, as t5-small.
public enum PlainModelPolicy: Sendable, Hashable {
  /// It ranks only if a `reranker.json` says how. The default.
  case refused
  /// It ranks, however well that may be.
  case accepted
}
