/// Each document is compared with those 1, 2, 4, 8 … places after it (the last are followed by the
/// first), all at once; the order is that of the strengths that explain the answers best.
struct SampledPairs: PairwiseStrategy {
  private(set) var ranking: [Int]
  private var isAsked = false
  private var asked: [IndexPair] = []

  init(count: Int) {
    ranking = Array(0..<max(count, 0))
  }

  /// The powers of two up to half of the documents: each document is in as many pairs.
  static func distances(count: Int) -> [Int] {
    var distances: [Int] = []
    var distance = 1
    while distance <= count / 2 {
      distances.append(distance)
      distance *= 2
    }
    return distances
  }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    guard !isAsked else { return [] }
    isAsked = true
    let count = ranking.count
    for distance in Self.distances(count: count) {
      // Halfway round, the second half of the pairs are the first half again.
      let starts = 2 * distance == count ? distance : count
      for start in 0..<starts where asked.count < limit {
        asked.append(IndexPair(first: start, second: (start + distance) % count))
      }
    }
    return asked
  }

  mutating func receive(_ answers: [LogOdds]) {
    let strengths = BradleyTerry.strengths(count: ranking.count, pairs: asked, answers: answers)
    ranking.sort { one, other in
      strengths[one] == strengths[other] ? one < other : strengths[one] > strengths[other]
    }
  }
}
