/// A query with candidates whose relevance is known or estimated: what ranking is learnt from.
public struct TrainingList: Sendable, Hashable {
  /// The query.
  public var query: String
  /// Its candidates; the relevant ones among them.
  public var documents: [String]
  /// A grade for each candidate; above 0 is relevant.
  public var labels: [Double]
  /// What a teacher gave each candidate; nil without one.
  public var scores: [Double]?

  /// - Precondition: One grade, and one score if there are any, for each candidate.
  public init(query: String, documents: [String], labels: [Double], scores: [Double]? = nil) {
    precondition(labels.count == documents.count, "each candidate has one label")
    precondition(scores.map { $0.count == documents.count } ?? true, "each has one score")
    self.query = query
    self.documents = documents
    self.labels = labels
    self.scores = scores
  }
}
