/// Strengths s with p(i over j) ≈ s_i / (s_i + s_j).
///
/// Each answer counts as a match of which p is won; besides, each document plays one even match
/// against a document of strength 1, so that one that always wins stays finite.
///
/// Source: Hunter 2004, "MM algorithms for generalized Bradley–Terry models".
enum BradleyTerry {
  private static let iterations = 100

  static func strengths(count: Int, pairs: [IndexPair], answers: [LogOdds]) -> [Double] {
    var won = Array(repeating: 0.5, count: count)
    for (pair, answer) in zip(pairs, answers) {
      won[pair.first] += answer.probability
      won[pair.second] += answer.complement.probability
    }
    var strengths = Array(repeating: 1.0, count: count)
    for _ in 0..<iterations {
      var expected = strengths.map { 1 / ($0 + 1) }
      for pair in pairs {
        let share = 1 / (strengths[pair.first] + strengths[pair.second])
        expected[pair.first] += share
        expected[pair.second] += share
      }
      strengths = zip(won, expected).map { $0 / $1 }
    }
    return strengths
  }
}
