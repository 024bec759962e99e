/// A teacher that also values the words that query and passage share: another teacher's scores, and
/// BM25's shares times a weight.
///
/// A bi-encoder sees no rare word; a student that reads both texts can learn to see it, if somebody says
/// that it counts.
public struct BlendedScorer: PassageScorer {
  private let teacher: any PassageScorer
  private let words: WordPool
  private let weight: Double

  /// Adds `weight` · (BM25's score as a share of the greatest possible) to a teacher's scores.
  public init(_ teacher: any PassageScorer, words: WordPool, weight: Double) {
    self.teacher = teacher
    self.words = words
    self.weight = weight
  }

  /// The sums, in the order of the pairs.
  public func scores(for pairs: [PoolPair]) throws -> [Double] {
    zip(try teacher.scores(for: pairs), try words.shares(for: pairs)).map { $0 + weight * $1 }
  }
}
