/// What a scorer was made of.
struct ScorerSource: Sendable, Hashable {
  let modelPath: String
  /// The prompt's name; nil for a cross-encoder or a ColBERT, which read none.
  let prompt: String?
}

/// A scorer of this module, which knows its source.
protocol SourcedScorer: Sendable {
  /// What it is called: its mode's word.
  static var name: String { get }
  var source: ScorerSource { get }
}

extension MonoT5: SourcedScorer {
  static let name = RankingMode.mono.rawValue
  var source: ScorerSource { scorer.source }
}

extension RankT5: SourcedScorer {
  static let name = RankingMode.rank.rawValue
  var source: ScorerSource { scorer.source }
}

extension DuoT5: SourcedScorer {
  static let name = RankingMode.duo.rawValue
  var source: ScorerSource { prompted.source }
}

extension CrossEncoder: SourcedScorer {
  static let name = RankingMode.cross.rawValue
  var source: ScorerSource { scorer.source }
}

extension ColBERT: SourcedScorer {
  static let name = RankingMode.colbert.rawValue
  var source: ScorerSource { scorer.source }
}
