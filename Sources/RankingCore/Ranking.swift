/// One document of a ranking.
public struct RankedDocument: Sendable, Hashable {
  /// The candidate.
  public var document: Document
  /// How good it is, in `scale`; higher is better.
  public var score: Double
  /// What `score` means.
  public var scale: ScoreScale
  /// Where the document stood among the candidates, from 0.
  public var candidateIndex: Int
  /// Probabilities of the labels, in label order, where the scorer has more than two (RankT5 digits).
  public var distribution: [Double]?
  /// The best of the windows that a scorer read the document in, in Unicode scalars of its text; nil where
  /// it was read from its start only.
  public var window: Range<Int>?
  /// The stage of a cascade that decided about the document's place: the last that scored it; nil where
  /// no cascade ranked.
  public var stage: String?
  /// What each stage of a cascade said, in the order of the stages; those that did not see the document
  /// are missing.
  public var stageScores: [StageScore] = []

  /// A document and its score.
  public init(
    document: Document, score: Double, scale: ScoreScale, candidateIndex: Int,
    distribution: [Double]? = nil
  ) {
    self.document = document
    self.score = score
    self.scale = scale
    self.candidateIndex = candidateIndex
    self.distribution = distribution
  }
}

/// Documents from best to worst.
///
/// Equal scores keep the candidates' order: that is the one tie-break of this project.
/// A ranking of several stages (`mono-duo`, a cascade) has the last stage's documents first, then the
/// tail in the order of the stage before; their scales differ, so scores fall only within a stage (where
/// stages are fused, through all of it).
public struct Ranking: Sendable, Hashable, RandomAccessCollection {
  /// The documents, best first.
  public private(set) var entries: [RankedDocument]

  /// Takes entries that are already in order.
  public init(ordered entries: [RankedDocument]) {
    self.entries = entries
  }

  /// Sorts documents by falling score; equal scores keep their order.
  ///
  /// - Precondition: No score is NaN (scorers check that, and throw).
  public init(sorting entries: [RankedDocument]) {
    self.entries = entries.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.candidateIndex < $1.candidateIndex
    }
  }

  /// Always 0.
  public var startIndex: Int { 0 }
  /// The number of documents.
  public var endIndex: Int { entries.count }
  /// The document at a rank, from 0.
  public subscript(position: Int) -> RankedDocument { entries[position] }

  /// The best `count` documents (all of them if there are fewer).
  public func top(_ count: Int) -> Ranking {
    Ranking(ordered: Array(entries.prefix(Swift.max(count, 0))))
  }
}
