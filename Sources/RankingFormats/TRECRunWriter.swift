public import RankingCore

/// Writes rankings as lines of a TREC run: `qid Q0 docid rank score tag`.
///
/// trec_eval ignores the ranks and the order of the lines: it sorts by score, and where scores are
/// equal by document id, downwards. Its versions before 10 compare scores as `Float`. So scores are
/// written such that they fall strictly with rank even as `Float`s: one that does not is lowered,
/// and counted. Where a second stage begins whose scores are not below those of the first
/// (`mono-duo`, cascades), all of its scores are lowered by the same amount.
public struct TRECRunWriter: Sendable {
  /// The last column.
  public let tag: String
  /// Scores that were lowered so far.
  public private(set) var loweredScores = 0
  private var queries = WrittenQueries(of: "a TREC run")

  /// - Parameter tag: A word that names the system; no white space.
  public init(tag: String) {
    self.tag = tag
  }

  /// Whether a request can be written: identifiers are columns, and no query comes twice.
  public func check(_ request: RankingRequest) throws(FormatError) {
    try queries.check(request)
  }

  /// The lines of one query's ranking.
  public mutating func text(of ranking: Ranking, for request: RankingRequest) -> String {
    queries.insert(request.query)
    var text = ""
    for (index, score) in fallingScores(of: ranking).enumerated() {
      let id = ranking[index].document.id
      text += "\(request.query.id) Q0 \(id) \(index + 1) \(significant(score)) \(tag)\n"
    }
    return text
  }

  /// The scores, made to fall strictly with rank as `Float`s.
  mutating func fallingScores(of ranking: Ranking) -> [Double] {
    var scores: [Double] = []
    scores.reserveCapacity(ranking.count)
    var shift = 0.0
    var previous: RankedDocument?
    for entry in ranking {
      // Fused scores fall through all stages.
      let isNewStage =
        entry.scale != previous?.scale
        || (entry.stage != previous?.stage && entry.scale != .fused)
      if let last = scores.last, isNewStage {
        shift = entry.score < last ? 0 : last - 1 - entry.score
      }
      previous = entry
      var score = entry.score + shift
      if let last = scores.last, !(Float(score) < Float(last)) {
        score = Double(Float(last).nextDown)
      }
      // The least Float has nothing below it; such scores stay equal.
      if score == -.infinity { score = -Double(Float.greatestFiniteMagnitude) }
      if score != entry.score { loweredScores += 1 }
      scores.append(score)
    }
    return scores
  }
}

/// The shortest text that reads back as the same number, filled up with zeros to nine significant
/// digits: `1.50000000`, `1.00000000e-07`.
package func significant(_ number: Double) -> String {
  let wanted = 9
  let text = number.description
  guard number.isFinite else { return text }
  let mark = text.firstIndex { $0 == "e" || $0 == "E" } ?? text.endIndex
  var mantissa = String(text[..<mark])
  let digits = mantissa.drop { $0 == "-" || $0 == "0" || $0 == "." }.filter(\.isNumber).count
  // Zero has no significant digits: it gets as many decimals as one would.
  let missing = wanted - (number == 0 ? 2 : digits)
  if missing > 0 {
    if !mantissa.contains(".") { mantissa += "." }
    mantissa += String(repeating: "0", count: missing)
  }
  return mantissa + text[mark...]
}
