import RankingCore

/// Adds up what the stages of a cascade give to the documents of one query; see `StageFusion`.
struct StageFuser {
  private let fusion: StageFusion
  /// Of each stage, as shares of 1; not used by reciprocal ranks.
  private let shares: [Double]
  /// What each document has got so far, by its `candidateIndex`.
  private var parts: [Int: [Double]] = [:]
  private var stageCount = 0

  /// - Parameter names: The stages that score, in order; nil for one without a name.
  /// - Throws: `RerankingError.unusableOptions` for weights that are not one a stage.
  init(_ fusion: StageFusion, stages names: [String?]) throws(RerankingError) {
    try fusion.checkWeights(for: names)
    self.fusion = fusion
    var weights = names.map { _ in 1.0 }
    if case .linear(let given?) = fusion { weights = given }
    // A sum of very great weights could overflow.
    let greatest = weights.max() ?? 1
    let scaled = weights.map { $0 / greatest }
    let sum = scaled.reduce(0, +)
    shares = scaled.map { $0 / sum }
  }

  /// Adds the next stage.
  ///
  /// - Parameter ranked: All documents that it scored, best first.
  /// - Throws: `RerankingError.scoreNotFinite`.
  mutating func add(_ ranked: [RankedDocument]) throws(RerankingError) {
    switch fusion {
    case .reciprocalRank(let k):
      for (index, entry) in ranked.enumerated() {
        parts[entry.candidateIndex, default: []].append(1 / (k + Double(index + 1)))
      }
    case .linear:
      for entry in ranked where !entry.score.isFinite {
        throw .scoreNotFinite(
          documentID: entry.document.name(at: entry.candidateIndex), found: "\(entry.score)")
      }
      let normalized = Self.normalized(ranked.map(\.score))
      for (entry, value) in zip(ranked, normalized) {
        parts[entry.candidateIndex, default: []].append(shares[stageCount] * value)
      }
    }
    stageCount += 1
  }

  /// A document with its fused score; as it is if no stage has scored it yet.
  func fused(_ entry: RankedDocument) -> RankedDocument {
    guard let parts = parts[entry.candidateIndex] else { return entry }
    var entry = entry
    // In rising order, so that the same parts from other stages make the same sum, to the last bit.
    entry.score = parts.sorted().reduce(0, +)
    entry.scale = .fused
    return entry
  }

  /// The documents by falling fused score; equal ones keep their order.
  func sorted(_ entries: [RankedDocument]) -> [RankedDocument] {
    let scored = entries.map { fused($0) }
    let places = scored.indices.sorted {
      scored[$0].score != scored[$1].score ? scored[$0].score > scored[$1].score : $0 < $1
    }
    return places.map { scored[$0] }
  }

  /// Finite scores between 0 for the least and 1 for the greatest; 1 where all are equal.
  private static func normalized(_ scores: [Double]) -> [Double] {
    guard let least = scores.min(), let greatest = scores.max(), least < greatest else {
      return scores.map { _ in 1 }
    }
    // Different numbers never have the difference 0, but it may be beyond the greatest number.
    let range = greatest - least
    guard range.isFinite else {
      return scores.map { ($0 / 2 - least / 2) / (greatest / 2 - least / 2) }
    }
    return scores.map { ($0 - least) / range }
  }
}
