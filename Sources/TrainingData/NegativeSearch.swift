/// One query while its negatives are looked for.
struct NegativeSearch {
  let query: Int
  var positiveScores: [Double] = []
  /// What was taken, for each share in order.
  private(set) var taken: [[(passage: Int, score: Double?)]]
  private let positives: Set<Int>
  private let shares: [NegativeShare]
  private var streams: [CandidateStream]
  private var proposed: Set<Int> = []

  init(
    query: Int, positives: Set<Int>, streams: [(share: NegativeShare, stream: CandidateStream)]
  ) {
    self.query = query
    self.positives = positives
    shares = streams.map(\.share)
    self.streams = streams.map(\.stream)
    taken = streams.map { _ in [] }
  }

  /// Whether each share has as many as asked.
  var isComplete: Bool { zip(shares, taken).allSatisfy { $0.count == $1.count } }

  /// As many passages as are still lacking, none of them proposed before; empty if there are no more.
  mutating func propose(_ report: inout MiningReport) -> [(share: Int, passage: Int)] {
    var proposals: [(share: Int, passage: Int)] = []
    for share in shares.indices {
      var lacking = shares[share].count - taken[share].count
      while lacking > 0, let passage = streams[share].next() {
        if positives.contains(passage) { continue }
        guard proposed.insert(passage).inserted else {
          report.repeated += 1
          continue
        }
        proposals.append((share, passage))
        lacking -= 1
      }
    }
    return proposals
  }

  /// Takes a proposed passage if the limits admit it.
  mutating func take(
    _ passage: Int, for share: Int, score: Double?, _ limits: ScoreLimits,
    _ report: inout MiningReport
  ) {
    if let score, let positive = positiveScores.min() {
      switch limits.verdict(on: score, positive: positive) {
      case .admitted: break
      case .tooNearPositive:
        report.nearPositive += 1
        return
      case .tooHigh:
        report.aboveMaximum += 1
        return
      }
    }
    taken[share].append((passage, score))
  }
}
