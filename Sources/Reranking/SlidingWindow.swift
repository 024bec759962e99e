/// Neighbours are compared from the last to the first; each pass carries the best of the rest up.
///
/// A pass follows two places behind the one before it, in the same rounds: n + 2·passes rounds.
struct SlidingWindow: PairwiseStrategy {
  private(set) var ranking: [Int]
  /// For each pass, the place whose document is compared with the one above it next.
  private var places: [Int]
  private var asked: [Int] = []

  init(count: Int, passes: Int) {
    ranking = Array(0..<max(count, 0))
    places = Array(repeating: ranking.count - 1, count: max(0, min(passes, ranking.count - 1)))
  }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    asked = []
    for pass in places.indices where asked.count < limit && places[pass] > pass {
      guard pass == 0 || places[pass] >= places[pass - 1] + 2 || places[pass - 1] < pass else {
        break
      }
      asked.append(pass)
    }
    return asked.map { IndexPair(first: ranking[places[$0] - 1], second: ranking[places[$0]]) }
  }

  mutating func receive(_ answers: [LogOdds]) {
    for (pass, answer) in zip(asked, answers) {
      let place = places[pass]
      let pair = IndexPair(first: ranking[place - 1], second: ranking[place])
      if pair.winner(answer) == pair.second { ranking.swapAt(place - 1, place) }
      places[pass] = place - 1
    }
    asked = []
  }
}
