/// Rounds in which documents with about as many wins meet, and no two meet twice.
///
/// Ordered by wins (an even match gives ½ to each, as does a round without an opponent), then by the
/// wins of the opponents, then as given.
struct SwissTournament: PairwiseStrategy {
  private var round = 0
  private let count: Int
  private var points: [Double]
  private var met: [Set<Int>]
  private var byes: [Int]
  private var asked: [IndexPair] = []

  /// Two more than a tournament of single elimination has.
  static func rounds(count: Int) -> Int {
    guard count > 1 else { return 0 }
    return min(count - 1, Int.bitWidth - (count - 1).leadingZeroBitCount + 2)
  }

  init(count: Int) {
    self.count = max(count, 0)
    points = Array(repeating: 0, count: self.count)
    met = Array(repeating: [], count: self.count)
    byes = Array(repeating: 0, count: self.count)
  }

  var ranking: [Int] {
    let opponents = points.indices.map { document in
      met[document].sorted().reduce(Double(byes[document]) * points[document]) { $0 + points[$1] }
    }
    return points.indices.sorted { one, other in
      if points[one] != points[other] { return points[one] > points[other] }
      if opponents[one] != opponents[other] { return opponents[one] > opponents[other] }
      return one < other
    }
  }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    guard limit > 0, round < Self.rounds(count: count) else { return [] }
    round += 1
    asked = []
    var waiting = ranking
    while let one = waiting.first {
      waiting.removeFirst()
      let opponent = asked.count < limit ? waiting.firstIndex { !met[one].contains($0) } : nil
      guard let opponent else {
        points[one] += 0.5
        byes[one] += 1
        continue
      }
      asked.append(IndexPair(first: one, second: waiting.remove(at: opponent)))
    }
    return asked
  }

  mutating func receive(_ answers: [LogOdds]) {
    for (pair, answer) in zip(asked, answers) {
      let won = answer.value == 0 ? 0.5 : answer.value > 0 ? 1 : 0
      points[pair.first] += won
      points[pair.second] += 1 - won
      met[pair.first].insert(pair.second)
      met[pair.second].insert(pair.first)
    }
    asked = []
  }
}
