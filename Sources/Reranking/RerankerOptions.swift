public import RankingCore
public import Tokenization

/// Everything a caller may choose about ranking; each default is what most users want.
public struct RerankerOptions: Sendable {
  /// nil: the model's own mode (`reranker.json`, else by architecture).
  public var mode: RankingMode?
  /// Names of shipped prompts (`monot5`) or paths of prompt files; empty: the model's own.
  ///
  /// One prompt serves its own mode; for `mono-duo` up to one of each may be given.
  public var prompts: [String] = []
  /// nil: the mode's own scale (mono: logit; rank: the prompt's rule; duo: preference; cross: the model's activation).
  public var scale: ScoreScale?
  /// How duo's pairs become one score a document.
  public var aggregation: PairwiseAggregation = .symmetricSum
  /// Which pairs duo compares.
  public var pairSelection: PairSelection = .allOrdered
  /// How many candidates duo compares (in `mono-duo`: the best so many of mono).
  public var depth: Int = 50
  /// nil: the prompt's own.
  public var truncation: Truncation?
  /// nil: the prompt's or the model's own, in tokens.
  public var maximumTokens: Int?
  /// What control tokens spelt in queries and documents become.
  public var specialTokens: SpecialTokenPolicy = .literal
  /// nil: one for each core that this process may use.
  public var threads: Int?
  /// Tokens that go through the model at once on one thread.
  public var batchTokens: Int = 2048
  /// More pairs than this for one query are refused with an estimate (the CLI's `--yes` lifts it).
  public var maximumPairs: Int = 100_000

  /// What most users want.
  public init() {}
}
