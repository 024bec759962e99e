public import RankingCore

/// Why the best documents of a ranking are where they are.
public struct Explanation: Sendable {
  /// A scorer that ranked.
  public struct Stage: Sendable, Hashable {
    /// What documents call it.
    public var name: String
    /// The scale of its scores; nil where that is not known.
    public var scale: ScoreScale?
    /// The model's directory; nil for a scorer from outside this project.
    public var modelPath: String?
    /// The prompt's name; nil for a scorer without one.
    public var prompt: String?

    /// A stage of which no more is known.
    public init(
      name: String, scale: ScoreScale? = nil, modelPath: String? = nil, prompt: String? = nil
    ) {
      self.name = name
      self.scale = scale
      self.modelPath = modelPath
      self.prompt = prompt
    }
  }

  /// What the importance of words is about.
  public enum WordBasis: Sendable, Hashable {
    /// The score by a stage, or its log-odds where it is a probability.
    case score(Stage, in: ScoreScale)
    /// The log-odds by a stage that the document is above the next one (the last: above the one before).
    case comparison(Stage)
  }

  /// One of the best documents.
  public struct Entry: Sendable {
    /// As it was ranked.
    public var ranked: RankedDocument
    /// What each stage said, as far as it saw the document.
    public var stageScores: [StageScore]
    /// The words that mattered; nil where no scorer can be asked.
    public var words: OccludedScore?
    /// The probabilities of the ratings.
    public var distribution: [Double]?

    /// A document and what is known about it.
    public init(
      ranked: RankedDocument, stageScores: [StageScore], words: OccludedScore? = nil,
      distribution: [Double]? = nil
    ) {
      self.ranked = ranked
      self.stageScores = stageScores
      self.words = words
      self.distribution = distribution
    }
  }

  /// What duoT5 said about pairs of some entries.
  public struct Comparison: Sendable {
    /// Positions in `entries`, rising.
    public var positions: [Int]
    /// Among `positions`, by their order; both orders of each pair were asked.
    public var preferences: PreferenceMatrix

    /// Answers about some entries.
    public init(positions: [Int], preferences: PreferenceMatrix) {
      self.positions = positions
      self.preferences = preferences
    }
  }

  /// What was asked.
  public var query: Query
  /// The scorers, first to last.
  public var stages: [Stage]
  /// The best documents, best first.
  public var entries: [Entry]
  /// How many documents were ranked.
  public var candidateCount: Int
  /// What `words` are about; nil if no entry has any.
  public var wordBasis: WordBasis?
  /// What the numbers of a distribution are the probabilities of.
  public var ratings: [Double] = []
  /// nil: no pairs were compared.
  public var comparison: Comparison?
  /// Prompts that went through a model for this explanation alone.
  public var forwardPasses = 0

  /// An explanation that holds no more than what a ranking says.
  public init(query: Query, stages: [Stage], entries: [Entry], candidateCount: Int) {
    self.query = query
    self.stages = stages
    self.entries = entries
    self.candidateCount = candidateCount
  }
}
