import RankingCore
import Support

extension SeededRandom {
  /// A number from 0 on, as `below` in scripts/golden/measures.py draws it.
  mutating func below(_ bound: UInt64) -> Int { Int(next() % bound) }
}

/// The judgements and the run that scripts/golden/measures.py makes from the same seed.
struct RandomCase {
  private(set) var qrels = Qrels()
  private(set) var run = Run(name: "random")

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for query in 0..<(1 + random.below(5)) {
      let name = String(7 * query + 1)
      let documents = 2 + random.below(40)
      let levels = UInt64(2 + random.below(30))
      let isFound = random.below(8) != 0
      for document in 0..<documents {
        let isJudged = random.below(10) < 4
        let grade = [-2, -1, 0, 0, 1, 1, 2, 3][random.below(8)]
        let isRetrieved = random.below(4) != 0
        let score = Double(random.below(levels)) / 8
        if document == 0 {
          _ = qrels.judge("d0", for: name, grade: abs(grade))
        } else if isJudged {
          _ = qrels.judge("d\(document)", for: name, grade: grade)
        }
        if isFound, isRetrieved {
          _ = run.append(.init(documentID: "d\(document)", score: score), for: name)
        }
      }
    }
    if random.below(2) == 0 { _ = run.append(.init(documentID: "d1", score: 1), for: "999") }
  }

  /// Differences of which some are 0 and many are equal, as the script makes them.
  static func differences(seed: UInt64, count: Int) -> [Double] {
    var random = SeededRandom(seed: seed)
    let shift = 14 + random.below(13)
    return (0..<count).map { _ in Double(random.below(41) - shift) / 40 }
  }
}
