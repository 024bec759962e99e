import RankingCore
import RankingFormats
import Reranking

/// Stops a run of very many pairs before it starts, unless `--yes` was given.
///
/// Where the whole input can be counted first (a TREC run, request files), all of it is; a stream is
/// counted as it comes.
struct PairBudget {
  private let mode: RankingMode
  private let options: RerankerOptions
  private let isLimited: Bool
  private var pairs = 0

  init(_ settings: RankSettings, mode: RankingMode) {
    self.mode = mode
    options = settings.options
    isLimited = !settings.acceptsManyPairs && (mode == .duo || mode == .monoDuo)
  }

  /// Whether counting the input first is worth the reading.
  var wantsCounting: Bool { isLimited }

  /// The most pairs that so many candidates make.
  func pairs(ofCandidates count: Int) -> Int {
    options.mostPairs(among: count)
  }

  /// Refuses an input as a whole.
  ///
  /// - Parameter secondsPerPass: Called only where it must be refused.
  func check(candidateCounts: [Int], secondsPerPass: () -> Double?) throws(UsageError) {
    guard isLimited else { return }
    var total = 0
    var passes = 0
    for count in candidateCounts {
      let more = pairs(ofCandidates: count)
      total = total.addingReportingOverflow(more).overflow ? .max : total + more
      let stagePasses = mode == .monoDuo ? count : 0
      passes = min(passes, .max - more - stagePasses) + more + stagePasses
    }
    guard total > options.maximumPairs else { return }
    let time = secondsPerPass().map { ", about \(secondsText($0 * Double(passes)))" } ?? ""
    throw UsageError(
      "expected at most \(grouped(options.maximumPairs)) pairs, found "
        + "\(counted(candidateCounts.count, "query", "queries")) with \(grouped(total)) pairs "
        + "(\(grouped(passes)) forward passes\(time)); add --yes, or lower --depth")
  }

  /// Counts one request of a stream, before it is ranked.
  mutating func admit(_ request: RankingRequest) throws(UsageError) {
    guard isLimited else { return }
    let more = pairs(ofCandidates: request.documents.count)
    guard pairs <= options.maximumPairs - min(more, options.maximumPairs),
      more <= options.maximumPairs
    else {
      throw UsageError(
        "\(request.query.id): expected at most \(grouped(options.maximumPairs)) pairs in one run, "
          + "found more: \(grouped(pairs)) before this query, which has \(grouped(more)); "
          + "add --yes, or lower --depth")
    }
    pairs += more
  }
}
