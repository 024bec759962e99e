import RankingCore
import Reranking

extension OptionTable {
  private static let usual = RerankerOptions()

  /// How documents beyond the token budget are read.
  static let windows: [CommandOption] = [
    CommandOption(
      name: "passages", placeholder: "RULE",
      choices: PassageAggregation.allCases.map(\.rawValue), subcommands: [.rank, .search],
      summary: "how long documents are read, and scored (default: \(usual.passages.rawValue))",
      details: """
        first reads each from its start only, as far as the budget goes. The others read a \
        document that is longer than --window in overlapping windows of whole sentences, its \
        title again with each (an index has none apart from its texts), and take the best \
        window's score, the mean or the sum of all, or the mean of the two best. Each window \
        takes a forward pass. Rules work on scores in the scale of --score: a sum of \
        probabilities rises with each window, one of log-odds falls with each that is more \
        likely not to answer. JSON Lines tell each document's best window as "window": {"start", \
        "end"} in Unicode code points of the candidate's text (as Python counts). For mono, rank \
        and cross; duo reads of each document as much as fits of the window that the last stage \
        before it chose, or of its start.
        """),
    CommandOption(
      name: "window", placeholder: "N", subcommands: [.rank, .search],
      summary: "the most tokens of a window (default: what the prompt has room for)",
      details: """
        Tokens are the model's own. A sentence that is longer is cut between words. What is beyond \
        the room beside the query counts as that room.
        """),
    CommandOption(
      name: "stride", placeholder: "N", subcommands: [.rank, .search],
      summary: "how many tokens further the next window begins (default: half a window)",
      details:
        "It begins with a sentence, and leaves out none: the stride is N tokens or a bit more."),
  ]
}

extension RerankerOptions {
  mutating func readWindows(_ parsed: ParsedArguments) throws(UsageError) {
    passages = try parsed.choice("passages") ?? passages
    windowTokens = try parsed.number("window", in: Limit.tokens)
    windowStride = try parsed.number("stride", in: Limit.stride)
    for name in ["window", "stride"] where parsed.has(name) && passages == .first {
      throw UsageError("--\(name): expected --passages max, mean, sum or top2")
    }
    if let windowTokens, let windowStride, windowStride > windowTokens {
      throw UsageError(
        "--stride: expected at most the \(windowTokens) tokens of --window, found \(windowStride)")
    }
    guard passages == .first || mode != .duo else {
      throw UsageError(
        "--passages: expected a mode that scores documents by themselves (mono, rank, cross or "
          + "mono-duo), found duo")
    }
  }
}
