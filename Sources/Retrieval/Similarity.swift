/// How the embeddings of a query and of a document make a score.
public enum Similarity: String, Sendable, Hashable, CaseIterable {
  /// The cosine of the angle between them.
  case cosine
  /// Their dot product.
  case dot
}
