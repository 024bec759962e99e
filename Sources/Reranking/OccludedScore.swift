public import RankingCore

/// A score of a document for a query, and how much each of their words adds to it.
public struct OccludedScore: Sendable, Hashable {
  /// A word, or a phrase of neighbouring words of a text that has too many.
  public struct Word: Sendable, Hashable {
    /// Where it is in its text.
    public var range: Range<String.Index>
    /// The score less the score without the word: positive where the word speaks for the document.
    ///
    /// Of probabilities it is the difference of their log-odds.
    public var importance: Double

    /// A word and its importance.
    public init(range: Range<String.Index>, importance: Double) {
      self.range = range
      self.importance = importance
    }
  }

  /// With all words.
  public var score: Double
  /// The query's words, in its order; none of a query of one word, without which there is no score.
  public var queryWords: [Word]
  /// The document's words, in its order.
  public var documentWords: [Word]

  /// A score and its words.
  public init(score: Double, queryWords: [Word], documentWords: [Word]) {
    self.score = score
    self.queryWords = queryWords
    self.documentWords = documentWords
  }
}

/// The occluded scores of some documents for one query.
public struct OccludedDocuments: Sendable {
  /// Aligned with the documents.
  public var scores: [OccludedScore]
  /// What the importances are differences in: the scores' own scale, or logit for probabilities.
  public var importanceScale: ScoreScale
  /// Prompts that went through the model for them.
  public var forwardPasses: Int

  /// Scores and what they took.
  public init(scores: [OccludedScore], importanceScale: ScoreScale, forwardPasses: Int) {
    self.scores = scores
    self.importanceScale = importanceScale
    self.forwardPasses = forwardPasses
  }
}
