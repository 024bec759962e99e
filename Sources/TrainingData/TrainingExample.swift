/// A query with passages that answer it and passages that do not: what a ranker is trained on.
public struct TrainingExample: Sendable, Hashable {
  /// A passage, and what is known of it.
  public struct Passage: Sendable, Hashable {
    /// What the model reads.
    public var text: String
    /// How relevant the passage is to the query: above 0 if it is, 0 or below if it is not.
    public var grade: Double
    /// What a teacher model says, higher is better; nil if none was asked.
    public var score: Double?

    /// A passage of some grade.
    public init(_ text: String, grade: Double, score: Double? = nil) {
      self.text = text
      self.grade = grade
      self.score = score
    }
  }

  /// What a user asks.
  public var query: String
  /// Passages with grades above 0.
  public var positives: [Passage]
  /// Passages with grades of 0 and below.
  public var negatives: [Passage]

  /// Takes passages that are already told apart.
  public init(query: String, positives: [Passage], negatives: [Passage]) {
    self.query = query
    self.positives = positives
    self.negatives = negatives
  }

  /// A query, a passage that answers it, and some that do not.
  public init(query: String, positive: String, negatives: [String] = []) {
    self.init(
      query: query, positives: [Passage(positive, grade: 1)],
      negatives: negatives.map { Passage($0, grade: 0) })
  }

  /// The positives, then the negatives.
  public var passages: [Passage] { positives + negatives }

  /// The teacher's scores of `passages`; nil unless each of them has one.
  public var scores: [Double]? {
    let scores = passages.compactMap(\.score)
    return scores.count == positives.count + negatives.count && !scores.isEmpty ? scores : nil
  }
}
