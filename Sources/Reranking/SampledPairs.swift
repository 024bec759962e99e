/// Compares a few pairs of each document, which its place alone decides, all at once; the order is that
/// of an aggregate of the answers.
struct SampledPairs: PairwiseStrategy {
  /// With whom a document is compared.
  enum Sample {
    /// Those 1, 2, 4, 8 … places after it; the last are followed by the first.
    case cyclic
    /// Those right after it, as many as `cyclic` has distances.
    case windowed
  }

  private(set) var ranking: [Int]
  private let sample: Sample
  private let aggregation: PairwiseAggregation
  private var isAsked = false
  private var asked: [IndexPair] = []

  init(_ sample: Sample, count: Int, aggregation: PairwiseAggregation) {
    ranking = Array(0..<max(count, 0))
    self.sample = sample
    self.aggregation = aggregation
  }

  /// The powers of two up to half of the documents: round in a circle, each is in as many pairs.
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
    for (index, power) in Self.distances(count: count).enumerated() {
      let distance = sample == .cyclic ? power : index + 1
      let starts =
        switch sample {
        // Halfway round, the second half of the pairs are the first half again.
        case .cyclic: 2 * distance == count ? distance : count
        case .windowed: count - distance
        }
      for start in 0..<starts where asked.count < limit {
        asked.append(IndexPair(first: start, second: (start + distance) % count))
      }
    }
    return asked
  }

  mutating func receive(_ answers: [LogOdds]) {
    let scores = aggregation.scores(
      Comparison.lists(count: ranking.count, pairs: asked, answers: answers))
    ranking.sort { one, other in
      scores[one] == scores[other] ? one < other : scores[one] > scores[other]
    }
  }
}
