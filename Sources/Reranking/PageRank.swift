/// How often someone who always goes to the better of two documents is at each one.
///
/// A step draws one of the document's comparisons, and goes to the other document with the probability
/// that it is above; now and then it goes anywhere. All documents draw from as many comparisons as the
/// one that has most, and stay where they draw none: otherwise those that were compared most would win.
///
/// Sources: Page et al. 1999, "The PageRank citation ranking"; the steps are those of Negahban, Oh and
/// Shah 2017, "Rank Centrality".
enum PageRank {
  /// The part of steps that follows comparisons.
  private static let damping = 0.85
  private static let tolerance = 1e-13
  /// Differences below it, which are those of rounding, are none: documents that are even stay equal.
  private static let precision = 0x1p-40
  /// What is left of any start after as many is below the tolerance: 0.85^200 < 1e-14.
  private static let mostIterations = 200

  /// The probability of being at each document, in units of the even one: 1 on average.
  static func scores(_ documents: [[Comparison]]) -> [Double] {
    let most = Double(max(documents.lazy.map(\.count).max() ?? 0, 1))
    let staying = documents.map { 1 - $0.map(\.otherShare).sortedSum / most }
    var scores = documents.map { _ in 1.0 }
    for _ in 0..<mostIterations {
      let next = documents.indices.map { document in
        let coming = documents[document].map { scores[$0.other] * $0.share / most }
        return 1 - damping + damping * (coming + [scores[document] * staying[document]]).sortedSum
      }
      let isSettled = zip(next, scores).allSatisfy { abs($0 - $1) <= tolerance }
      scores = next
      if isSettled { break }
    }
    return scores.map { ($0 / precision).rounded() * precision }
  }
}
