import RankingCore
import Reranking

extension OptionTable {
  private static let usual = RerankerOptions()

  /// How duo chooses its pairs.
  static let pairwise: [CommandOption] = [
    CommandOption(
      name: "strategy", placeholder: "HOW",
      choices: PairwiseStrategyKind.allCases.map(\.rawValue), subcommands: [.rank, .bench],
      summary: "how duo chooses pairs (default: \(usual.strategy.rawValue))",
      details: """
        all compares every pair and takes an --aggregation. The others need far fewer pairs: \
        heapsort, quicksort, sliding (passes from the last to the first) and tournament (single \
        elimination) put the best --strategy-top in order, and leave of the others what they do not \
        need; swiss plays rounds among equals; sampled compares each with those 1, 2, 4, 8 … places \
        on, in a circle, windowed with as many that come next, and both order by an --aggregation \
        (bradley-terry, pagerank and copeland are made for that). With --pairs all each comparison \
        takes both orders of a pair, and the mean of their log-odds decides: a model's bias for a \
        position cancels; with --pairs upper it takes one. A score is the number of compared \
        documents below.
        """),
    CommandOption(
      name: "strategy-top", placeholder: "N", subcommands: [.rank],
      summary:
        "how many of the best a strategy puts in order (default: \(usual.strategyTop))"),
    CommandOption(
      name: "max-pairs", placeholder: "N", subcommands: [.rank],
      summary: "stop a strategy at so many pairs a query, with the best ranking so far",
      details: "Both orders of a pair count. Not for --strategy all, whose scores need every pair."),
  ]
}

extension RerankerOptions {
  mutating func readStrategy(_ parsed: ParsedArguments) throws(UsageError) {
    strategy = try parsed.choice("strategy") ?? strategy
    strategyTop = try parsed.number("strategy-top", in: Limit.count) ?? strategyTop
    pairLimit = try parsed.number("max-pairs", in: Limit.count)
    guard pairLimit == nil || strategy != .all else {
      throw UsageError("--max-pairs: expected a --strategy other than all")
    }
  }

  /// Refuses a weight of mono in a mode that does not join it with duo.
  func checkMonoWeight(in mode: RankingMode) throws(UsageError) {
    guard monoWeight == nil || mode == .monoDuo else {
      throw UsageError(
        "--mono-weight: expected --mode mono-duo beside it, found \(mode.rawValue)")
    }
  }
}
