import Foundation
import Reranking
import Support
import Testing

@Suite("Aggregations of pairs")
struct PairwiseAggregationTests {
  // p_ij of three documents, worked by hand below:
  //       0    1    2
  //  0    –   0.8  0.6
  //  1   0.4   –   0.5
  //  2   0.2  0.5   –
  static let asked: [(Int, Int, Double)] = [
    (0, 1, 0.8), (0, 2, 0.6), (1, 0, 0.4), (1, 2, 0.5), (2, 0, 0.2), (2, 1, 0.5),
  ]

  private func matrix(_ asked: [(Int, Int, Double)]) -> PreferenceMatrix {
    PreferenceMatrix(
      count: 3, pairs: asked.map { IndexPair(first: $0.0, second: $0.1) },
      answers: asked.map { LogOdds(log($0.2 / (1 - $0.2))) })
  }

  static let worked: [(PairwiseAggregation, [Double])] = [
    (.sum, [1.4, 0.9, 0.7]),
    (.sumLog, [log(0.8 * 0.6), log(0.4 * 0.5), log(0.2 * 0.5)]),
    // 0.8 + 0.6 + 0.6 + 0.8; 0.4 + 0.2 + 0.5 + 0.5; 0.2 + 0.4 + 0.5 + 0.5
    (.symmetricSum, [2.8, 1.6, 1.6]),
    (
      .symmetricSumLog,
      [log(0.8 * 0.6 * 0.6 * 0.8), log(0.4 * 0.2 * 0.5 * 0.5), log(0.2 * 0.4 * 0.5 * 0.5)]
    ),
    (.binary, [2, 0, 0]),
    (.minimum, [0.6, 0.4, 0.2]),
    (.maximum, [0.8, 0.5, 0.5]),
    // 0 beats both; 1 and 2 lose to it and are even.
    (.copeland, [2, 0.5, 0.5]),
    // The likelihood's maximum by gradient ascent, and the walk's equations by elimination.
    (.bradleyTerry, [0.41187999696641, -0.20377942568022, -0.20377942568022]),
    (.pageRank, [3 * 0.494661921708185, 3 * 0.252669039145907, 3 * 0.252669039145907]),
  ]

  @Test("Each rule gives what its formula gives by hand", arguments: worked)
  func byHand(rule: PairwiseAggregation, expected: [Double]) {
    for (score, expected) in zip(rule.scores(from: matrix(Self.asked)), expected) {
      #expect(abs(score - expected) < tolerance(rule))
    }
  }

  private func tolerance(_ rule: PairwiseAggregation) -> Double {
    switch rule {
    // Turns end where one changes less than 1e-10 of a strength: their sum is some times that.
    case .bradleyTerry: 1e-9
    // Rounded to 2^-40 of the mean.
    case .pageRank: 2e-12
    // From p to log-odds and back costs a few roundings of a Double.
    default: 1e-14
    }
  }

  static let workedUpper: [(PairwiseAggregation, [Double])] = [
    (.sum, [1.4, 0.7, 0.9]),
    (.sumLog, [log(0.8 * 0.6), log(0.2 * 0.5), log(0.4 * 0.5)]),
    (.symmetricSum, [2.8, 1.4, 1.8]),
    (.symmetricSumLog, [2 * log(0.8 * 0.6), 2 * log(0.2 * 0.5), 2 * log(0.4 * 0.5)]),
    (.binary, [2, 0, 0]),
    (.minimum, [0.6, 0.2, 0.4]),
    (.maximum, [0.8, 0.5, 0.5]),
    (.copeland, [2, 0.5, 0.5]),
    (.bradleyTerry, [0.412396970431177, -0.307349222379917, -0.101785317912256]),
    (.pageRank, [3 * 0.490270237296407, 3 * 0.218568901360337, 3 * 0.291160861343256]),
  ]

  @Test("With the pairs i < j alone, p_ji is 1 − p_ij", arguments: workedUpper)
  func upperByHand(rule: PairwiseAggregation, expected: [Double]) {
    let upper = matrix(Self.asked.filter { $0.0 < $0.1 })
    for (score, expected) in zip(rule.scores(from: upper), expected) {
      #expect(abs(score - expected) < tolerance(rule))
    }
  }

  @Test("Copeland symmetrises: a bias for the first place alone wins nothing")
  func copelandSymmetrises() {
    // Shown first, 0 wins with 0.9 and 1 with 0.8: on average 0 is above 1 with 0.55.
    let biased = PreferenceMatrix(
      count: 2, pairs: PairSelection.allOrdered.pairs(count: 2),
      answers: [LogOdds(log(9)), LogOdds(log(4))])
    #expect(PairwiseAggregation.copeland.scores(from: biased) == [1, 0])
    #expect(PairwiseAggregation.binary.scores(from: biased) == [1, 1])
  }

  @Test(
    "One document scores by convention, none gives none", arguments: PairwiseAggregation.allCases)
  func fewDocuments(rule: PairwiseAggregation) {
    let alone: Double =
      switch rule {
      case .minimum, .maximum: 0.5
      case .pageRank: 1
      default: 0
      }
    #expect(rule.scores(from: PreferenceMatrix(count: 1)) == [alone])
    #expect(rule.scores(from: PreferenceMatrix(count: 0)) == [])
  }

  @Test("Saturated answers give finite scores in the right order")
  func saturated() {
    let matrix = PreferenceMatrix(
      count: 2, pairs: PairSelection.allOrdered.pairs(count: 2),
      answers: [LogOdds(1e4), LogOdds(-1e4)])
    for rule in PairwiseAggregation.allCases {
      let scores = rule.scores(from: matrix)
      #expect(scores.allSatisfy { $0.isFinite }, "\(rule)")
      #expect(scores[0] > scores[1], "\(rule)")
    }
    #expect(PairwiseAggregation.symmetricSumLog.scores(from: matrix) == [0, -2e4])
  }

  @Test("Scores follow the documents, bit for bit", arguments: 0..<40 as Range<UInt64>)
  func permutation(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let count = Int.random(in: 2...12, using: &random)
    let selection = PairSelection.allOrdered
    var matrix = PreferenceMatrix(count: count)
    for pair in selection.pairs(count: count) {
      matrix[pair.first, over: pair.second] = LogOdds(Double.random(in: -30...30, using: &random))
    }
    let order = Array(0..<count).shuffled(using: &random)
    var permuted = PreferenceMatrix(count: count)
    for pair in selection.pairs(count: count) {
      permuted[pair.first, over: pair.second] =
        matrix[order[pair.first], over: order[pair.second]]
    }
    for rule in PairwiseAggregation.allCases {
      let scores = rule.scores(from: matrix)
      #expect(rule.scores(from: permuted) == order.map { scores[$0] }, "\(rule)")
    }
  }

  @Test(
    "Two documents with the same answers have the same score", arguments: 0..<20 as Range<UInt64>)
  func twins(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    // Documents 0 and 7 are the same text: what is said of one is said of the other.
    let count = 8
    var matrix = PreferenceMatrix(count: count)
    for pair in PairSelection.allOrdered.pairs(count: count) {
      matrix[pair.first, over: pair.second] = LogOdds(Double.random(in: -5...5, using: &random))
    }
    for other in 1..<7 {
      matrix[7, over: other] = matrix[0, over: other]
      matrix[other, over: 7] = matrix[other, over: 0]
    }
    matrix[7, over: 0] = matrix[0, over: 7]
    for rule in PairwiseAggregation.allCases {
      let scores = rule.scores(from: matrix)
      #expect(scores[0] == scores[7], "\(rule)")
    }
  }

  @Test("A pair that was asked neither way adds nothing")
  func unaskedPairs() {
    var matrix = PreferenceMatrix(count: 3)
    #expect(matrix[0, over: 1] == nil)
    matrix[0, over: 1] = LogOdds(log(3))
    #expect(matrix.preference(of: 1, over: 0) == LogOdds(-log(3)))
    #expect(matrix.preference(of: 1, over: 2) == nil)
    let scores = PairwiseAggregation.sum.scores(from: matrix)
    #expect(abs(scores[0] - 0.75) < 1e-15)
    #expect(scores[2] == 0)
  }

  @Test(
    "Consistent answers to all pairs give the true order, even where they are saturated",
    arguments: PairwiseAggregation.allCases)
  func trueOrder(rule: PairwiseAggregation) {
    var random = SeededRandom(seed: 1)
    for count in [2, 3, 7, 20] {
      // Beyond 37 a probability is 1 to a Double: a difference of grades is then all that there is.
      for scale in [0.1, 1, 100] where scale < 100 || rule != .maximum && rule != .minimum {
        let grades = Array(0..<count).shuffled(using: &random)
        let pairs = PairSelection.allOrdered.pairs(count: count)
        let matrix = PreferenceMatrix(
          count: count, pairs: pairs,
          answers: pairs.map { LogOdds(scale * Double(grades[$0.first] - grades[$0.second])) })
        let scores = rule.scores(from: matrix)
        let order = (0..<count).sorted { scores[$0] > scores[$1] }
        #expect(order.map { grades[$0] } == (0..<count).reversed(), "\(count) documents, \(scale)")
      }
    }
  }

  @Test("Of neighbours alone, who beats whom along a chain gives its order")
  func chain() {
    // 3 beats 2 beats 1 beats 0.
    let chain = PreferenceMatrix(
      count: 4, pairs: (0..<3).map { IndexPair(first: $0 + 1, second: $0) },
      answers: [LogOdds](repeating: LogOdds(1), count: 3))
    for rule in [PairwiseAggregation.bradleyTerry, .pageRank] {
      let scores = rule.scores(from: chain)
      #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 < $1 }, "\(scores)")
    }
    // A win, and a half for each of the two that were not asked; in the middle a win and a half.
    #expect(PairwiseAggregation.copeland.scores(from: chain) == [1, 1.5, 1.5, 2])
  }

  @Test("Who was compared more often is not better for it, where all is even")
  func unequalNumbers() {
    // 0 met all others, who met nobody else; 4 met nobody.
    let star = PreferenceMatrix(
      count: 5, pairs: (1..<4).map { IndexPair(first: 0, second: $0) },
      answers: [LogOdds](repeating: LogOdds(0), count: 3))
    for rule in [PairwiseAggregation.bradleyTerry, .pageRank, .copeland] {
      let scores = rule.scores(from: star)
      #expect(scores.allSatisfy { $0 == scores[0] }, "\(rule): \(scores)")
    }
  }

  @Test(
    "Scores of incomplete sets follow the documents, bit for bit",
    arguments: 0..<20 as Range<UInt64>
  )
  func incompletePermutation(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let count = Int.random(in: 2...15, using: &random)
    let pairs = PairSelection.allOrdered.pairs(count: count).shuffled(using: &random)
      .prefix(2 * count)
    let answers = pairs.map { _ in LogOdds(Double.random(in: -9...9, using: &random)) }
    let places = Array(0..<count).shuffled(using: &random)
    let moved = pairs.map { IndexPair(first: places[$0.first], second: places[$0.second]) }
    for rule in PairwiseAggregation.allCases {
      let scores = rule.scores(
        from: PreferenceMatrix(count: count, pairs: Array(pairs), answers: answers))
      let again = rule.scores(from: PreferenceMatrix(count: count, pairs: moved, answers: answers))
      #expect(places.map { again[$0] } == scores, "\(rule)")
    }
  }
}
