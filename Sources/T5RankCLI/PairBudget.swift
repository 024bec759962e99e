import RankingCore
import RankingFormats
import Reranking

/// Stops a run of very many pairs before it starts, unless `--yes` was given.
///
/// Where the whole input can be counted first (a TREC run, request files), all of it is; a stream is
/// counted as it comes. Of a search each query counts by itself, with as many candidates as it may have.
struct PairBudget {
  /// How many candidates each stage compares in pairs, and how many each scores by themselves.
  private let comparedDepths: [Int]
  private let scoredDepths: [Int]
  private let options: RerankerOptions
  private let isLimited: Bool
  /// What a user lowers.
  private let depthName: String
  private var pairs = 0

  init(_ settings: RankSettings, mode: RankingMode) {
    options = settings.options
    depthName = settings.stages == nil ? "--depth" : Self.stageDepthName
    if let stages = settings.stages {
      (comparedDepths, scoredDepths) = Self.depths(of: stages)
    } else {
      comparedDepths = mode == .duo || mode == .monoDuo ? [settings.options.depth] : []
      scoredDepths = mode == .duo ? [] : [.max]
    }
    isLimited = !settings.acceptsManyPairs && !comparedDepths.isEmpty
  }

  init(_ settings: SearchSettings) {
    options = settings.options
    depthName = Self.stageDepthName
    (comparedDepths, scoredDepths) = settings.stages.map(Self.depths) ?? ([], [])
    // With --yes the limit itself is out of reach.
    isLimited = !comparedDepths.isEmpty
  }

  private static let stageDepthName = "the depth of duo in --stages"

  private static func depths(of list: StageList) -> (compared: [Int], scored: [Int]) {
    (
      list.stages.filter { $0.mode == .duo }.map(\.depth),
      list.stages.filter { $0.mode != .duo }.map(\.depth)
    )
  }

  /// Whether counting the input first is worth the reading.
  var wantsCounting: Bool { isLimited }

  /// The most pairs that so many candidates make.
  func pairs(ofCandidates count: Int) -> Int {
    comparedDepths.reduce(0) { sum, depth in
      var stage = options
      stage.depth = depth
      let more = stage.mostPairs(among: count)
      return min(sum, .max - more) + more
    }
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
      for part in [more] + scoredDepths.map({ min(count, $0) }) {
        passes = min(passes, .max - part) + part
      }
    }
    guard total > options.maximumPairs else { return }
    let time = secondsPerPass().map { ", about \(secondsText($0 * Double(passes)))" } ?? ""
    // Windows are counted only where documents are read.
    let least = options.passages == .first ? "" : "at least "
    throw UsageError(
      "expected at most \(grouped(options.maximumPairs)) pairs, found "
        + "\(counted(candidateCounts.count, "query", "queries")) with \(grouped(total)) pairs "
        + "(\(least)\(grouped(passes)) forward passes\(time)); add --yes, or lower \(depthName)")
  }

  /// Refuses a search before its first query, if one with so many candidates would have too many pairs.
  func check(candidatesOfEachQuery count: Int) throws(UsageError) {
    guard isLimited else { return }
    let most = pairs(ofCandidates: count)
    guard most > options.maximumPairs else { return }
    throw UsageError(
      "expected at most \(grouped(options.maximumPairs)) pairs for each query, found up to "
        + "\(grouped(most)); add --yes, or lower \(depthName)")
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
          + "add --yes, or lower \(depthName)")
    }
    pairs += more
  }
}
