#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Strengths s with p(i over j) ≈ s_i / (s_i + s_j).
///
/// Each pair counts as one match, of which a document wins its share; besides, each document plays one
/// even match against a document of strength 1, so that one that always wins stays finite.
///
/// Source: Newman 2023, "Efficient computation of rankings from pairwise comparisons", whose steps
/// need far fewer turns than Zermelo's.
enum BradleyTerry {
  /// More than a hundred documents need; with as many answers from saturated probabilities.
  private static let mostIterations = 1000
  /// Relative to a strength: far below what tells two documents apart.
  private static let tolerance = 1e-10

  /// log s, the log-odds of a document against one of strength 1.
  static func logStrengths(_ documents: [[Comparison]]) -> [Double] {
    var strengths = Array(repeating: 1.0, count: documents.count)
    for _ in 0..<mostIterations {
      let next = centred(
        documents.indices.map { document in
          // Half of a step, by its logarithm: whole ones go to and fro where few pairs were asked.
          let strength = strengths[document]
          return (strength * step(documents[document], strength, strengths)).squareRoot()
        })
      let isSettled = zip(next, strengths).allSatisfy { abs($0 - $1) <= tolerance * $1 }
      strengths = next
      if isSettled { break }
    }
    return strengths.map { log($0) }
  }

  /// Equation 10 of the source, with the even match.
  private static func step(
    _ comparisons: [Comparison], _ strength: Double, _ strengths: [Double]
  ) -> Double {
    let even = 0.5 / (strength + 1)
    let won = comparisons.map { pair in
      let other = strengths[pair.other]
      return pair.share * other / (strength + other)
    }
    let lost = comparisons.map { $0.otherShare / (strength + strengths[$0.other]) }
    return (even + won.sortedSum) / (even + lost.sortedSum)
  }

  /// The strengths times a factor that brings the even matches to an even end, as the best strengths do;
  /// the steps alone find that factor slowly.
  private static func centred(_ strengths: [Double]) -> [Double] {
    let won = strengths.map { $0 / ($0 + 1) }
    let surplus = won.sortedSum - 0.5 * Double(strengths.count)
    let slope = won.map { $0 * (1 - $0) }.sortedSum
    // One step of Newton's method a turn, kept short.
    let factor = exp(-max(-1, min(surplus / slope, 1)))
    return strengths.map { $0 * factor }
  }
}
