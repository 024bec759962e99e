public import RankingCore

/// The scores of some documents for one query.
public struct ScoredDocuments: Sendable {
  /// What the scores mean.
  public let scale: ScoreScale
  private let entries: [PointwiseScore]
  let tally: ScoringTally

  init(_ entries: [PointwiseScore], scale: ScoreScale, tally: ScoringTally) {
    self.entries = entries
    self.scale = scale
    self.tally = tally
  }

  /// The scores of a scorer from outside this module.
  ///
  /// - Parameters:
  ///   - scores: Aligned with the documents; all finite. Documents are ordered by them.
  ///   - statistics: What it took.
  public init(
    scores: [Double], scale: ScoreScale, statistics: RerankingStatistics = RerankingStatistics()
  ) {
    var tally = ScoringTally()
    tally.add(statistics)
    self.init(
      scores.map { PointwiseScore(score: $0, order: $0, distribution: nil) }, scale: scale,
      tally: tally)
  }

  /// Aligned with the documents; higher is better, all finite.
  public var scores: [Double] { entries.map(\.score) }

  /// What documents are ordered by, aligned with them: where `scores` are probabilities, their log-odds,
  /// which still differ where probabilities round to the same number.
  public var order: [Double] { entries.map(\.order) }

  /// Aligned with the documents: the probabilities of the labels, in label order; nil where the scorer
  /// has two labels or one.
  public var distributions: [[Double]]? {
    let distributions = entries.compactMap(\.distribution)
    return distributions.count == entries.count ? distributions : nil
  }

  /// Aligned with the documents: the best window of each, in Unicode scalars of its text; nil where documents
  /// were read from their start only.
  public var windows: [Range<Int>?] { entries.map(\.window) }

  /// What it took.
  public var statistics: RerankingStatistics { tally.statistics }

  /// The documents, best first; equal ones keep their order.
  ///
  /// - Parameter documents: Those that were scored, in the same order.
  public func ranking(of documents: [Document]) -> Ranking {
    precondition(documents.count == entries.count, "each document has one score")
    let best = entries.indices.sorted {
      entries[$0].order != entries[$1].order
        ? entries[$0].order > entries[$1].order : $0 < $1
    }
    return Ranking(
      ordered: best.map { index in
        var entry = RankedDocument(
          document: documents[index], score: entries[index].score, scale: scale,
          candidateIndex: index, distribution: entries[index].distribution)
        entry.window = entries[index].window
        return entry
      })
  }
}
