/// How the stages of a cascade decide together about a document, instead of the last one alone.
///
/// Each stage gives every document that it scored a part, by that document's rank or score in the
/// stage's own list; the sum of its parts is a document's score (`ScoreScale.fused`), and equal sums keep the order
/// before the stage. No part is negative, and a stage looks at the best documents so far: so it leaves those
/// that it did not look at behind all that it scored, and scores fall through the whole ranking.
public enum StageFusion: Sendable, Hashable {
  /// Reciprocal rank fusion: the sum of 1 / (k + rank) over the stages that scored the document, ranks from 1.
  ///
  /// Source: Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual
  /// Rank Learning Methods".
  case reciprocalRank(k: Double = usualK)

  /// The weighted mean of scores that are first brought to 0…1, stage by stage.
  ///
  /// A stage's least score of a query becomes 0 and its greatest 1 (min-max, as ranx and Pyserini do; 1 also
  /// where all are equal, as with a document alone); a stage that did not score a document gives it 0. An
  /// aggregate of duo's pairs is a score like any other.
  ///
  /// - Parameter weights: One for each stage that scores, a named stage before the cascade first; none below
  ///   0, and not all 0. nil: equal ones. Only their proportions count.
  case linear(weights: [Double]? = nil)

  /// The paper's k.
  public static let usualK = 60.0

  /// Refuses parameters that no ranking can be made with.
  func check() throws(RerankingError) {
    switch self {
    case .reciprocalRank(let k):
      guard k.isFinite, k >= 0 else {
        throw .unusableOptions(
          reason: "expected a k of reciprocal rank fusion of at least 0, found \(k)")
      }
    case .linear(let weights):
      guard let weights else { return }
      for weight in weights where !weight.isFinite || weight < 0 {
        throw .unusableOptions(
          reason: "expected weights of stages of at least 0, found \(weight)")
      }
      guard weights.contains(where: { $0 > 0 }) else {
        throw .unusableOptions(reason: "expected a weight of a stage above 0, found none")
      }
    }
  }

  /// Refuses weights that are not one for each stage.
  ///
  /// - Parameter names: The stages that score; nil for one without a name.
  func checkWeights(for names: [String?]) throws(RerankingError) {
    guard case .linear(let weights?) = self, weights.count != names.count else { return }
    let stages = names.map { $0 ?? "unnamed" }.joined(separator: ", ")
    throw .unusableOptions(
      reason: "expected one weight for each stage that scores (\(stages)), found \(weights.count)")
  }
}
