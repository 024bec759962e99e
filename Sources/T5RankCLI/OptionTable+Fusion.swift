import RankingCore
import Reranking

extension OptionTable {
  /// How the stages of `--stages` decide together.
  static let fusion: [CommandOption] = [
    CommandOption(
      name: "fuse", placeholder: "HOW", choices: FusionKind.allCases.map(\.rawValue),
      subcommands: [.rank, .search],
      summary: "how --stages decide together about a document (default: none)",
      details: """
        none: the last stage that ranked a document decides alone. rrf adds 1/(k + rank) over the \
        stages that ranked it. linear adds weighted scores, which are first brought to 0…1 for each \
        stage and query (min-max; 1 where all are equal). Ranks and ranges are those among all \
        documents that the stage ranked. A stage leaves the documents that it did not rank behind \
        those that it did, so fused scores fall through the whole ranking; equal ones keep the \
        order before the stage. stage_scores stay each stage's own. In search the index is the first \
        stage; in rank it is named given, where the candidates come with falling scores (a run, or \
        JSON with a score for each), and otherwise their order does not count.
        """),
    CommandOption(
      name: "fuse-k", placeholder: "NUMBER", subcommands: [.rank, .search],
      summary: "the k of --fuse rrf, at least 0 (default: 60)",
      details: "The greater it is, the less the first ranks stand out."),
    CommandOption(
      name: "fuse-weights", placeholder: "LIST", subcommands: [.rank, .search],
      summary: "weights of --fuse linear, as 1,2,0.5 (default: equal)",
      details: """
        One for each stage, first to last: in search, and where candidates come with scores, the \
        one of that first stage too. Only their proportions count.
        """),
  ]
}

/// What `--fuse` offers.
enum FusionKind: String, CaseIterable {
  case none
  case rrf
  case linear
}

extension StageFusion {
  /// - Parameter stageCount: The stages of `--stages` that re-rank.
  /// - Returns: nil for `none`, and where nothing is said.
  init?(_ parsed: ParsedArguments, stageCount: Int) throws(UsageError) {
    let kind: FusionKind = try parsed.choice("fuse") ?? .none
    let k = try parsed.decimal("fuse-k")
    let weights = try Self.weights(parsed)
    guard k == nil || kind == .rrf else { throw UsageError("--fuse-k: expected --fuse rrf") }
    guard weights == nil || kind == .linear else {
      throw UsageError("--fuse-weights: expected --fuse linear")
    }
    switch kind {
    case .none: return nil
    case .rrf:
      if let k, k < 0 { throw UsageError("--fuse-k: expected a number of at least 0, found \(k)") }
      self = .reciprocalRank(k: k ?? Self.usualK)
    case .linear:
      if let weights { try Self.check(weights, parsed, stageCount: stageCount) }
      self = .linear(weights: weights)
    }
  }

  private static func weights(_ parsed: ParsedArguments) throws(UsageError) -> [Double]? {
    guard let text = try parsed.text("fuse-weights") else { return nil }
    let weights = text.split(separator: ",", omittingEmptySubsequences: false).compactMap {
      Double($0).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    guard weights.count == text.count(where: { $0 == "," }) + 1, weights.contains(where: { $0 > 0 })
    else {
      throw UsageError(
        "--fuse-weights: expected numbers of at least 0 with commas between them, and one above 0, "
          + "found '\(printable(text))'")
    }
    return weights
  }

  /// Refuses a number of weights that cannot be right; whether JSON candidates come with scores, and so
  /// have a first stage, shows later.
  private static func check(
    _ weights: [Double], _ parsed: ParsedArguments, stageCount: Int
  ) throws(UsageError) {
    let counts =
      switch (parsed.subcommand, parsed.has("run"), parsed.has("query")) {
      case (.search, _, _), (_, true, _): [stageCount + 1]
      case (_, _, true): [stageCount]
      default: [stageCount, stageCount + 1]
      }
    guard !counts.contains(weights.count) else { return }
    let expected = counts.map(String.init).joined(separator: " or ")
    throw UsageError(
      "--fuse-weights: expected \(expected) numbers, one for each stage that scores, "
        + "found \(weights.count)")
  }
}
