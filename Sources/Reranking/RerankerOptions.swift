public import RankingCore
public import Tokenization
public import Transformers

/// Everything a caller may choose about ranking; each default is what most users want.
public struct RerankerOptions: Sendable {
  /// nil: the model's own mode (`reranker.json`, else by architecture).
  public var mode: RankingMode?
  /// Names of shipped prompts (`monot5`) or paths of prompt files; empty: the model's own.
  ///
  /// One prompt serves its own mode; for `mono-duo` up to one of each may be given.
  public var prompts: [String] = []
  /// nil: the manifest's, else the mode's own (mono: logit; rank: the prompt's rule; duo: preference;
  /// cross: the model's activation).
  ///
  /// For `mono-duo` it is the scale of the documents that only mono scored.
  public var scale: ScoreScale?
  /// How duo's pairs become one score a document, with the strategies `all`, `sampled` and `windowed`.
  ///
  /// nil: `symmetricSum` of all pairs, `bradleyTerry` of a sample.
  public var aggregation: PairwiseAggregation?
  /// Whether duo asks about both orders of a pair.
  public var pairSelection: PairSelection = .allOrdered
  /// Which pairs duo compares.
  ///
  /// With all but `all` a score is the number of compared documents below. Where both orders are asked, a comparison is decided by the mean of their log-odds.
  public var strategy: PairwiseStrategyKind = .all
  /// How many of the best a strategy must put in order.
  public var strategyTop: Int = 10
  /// The most pairs that a strategy may ask about for one query; the best ranking so far is then given.
  ///
  /// nil: as many as it needs. Not for the strategy `all`, whose scores need every pair.
  public var pairLimit: Int?
  /// How many candidates duo compares (in `mono-duo`: the best so many of mono).
  public var depth: Int = 50
  /// In `mono-duo`, what mono says counts so much in each pair, from 0 to below 1; see `MonoDuo`.
  ///
  /// nil: as much as the manifest says, else nothing.
  public var monoWeight: Double?
  /// nil: the prompt's own; for a cross-encoder `prompt`, as sentence-transformers cuts.
  public var truncation: Truncation?
  /// In tokens; nil: the manifest's, else the prompt's (for a cross-encoder, the tokenizer's or as many
  /// as the model has positions; for a ColBERT, its files').
  ///
  /// A ColBERT's is that of a document.
  public var maximumTokens: Int?
  /// What control tokens spelt in queries and documents become.
  public var specialTokens: SpecialTokenPolicy = .literal
  /// How the scores of a document's windows become one, where documents are scored by themselves.
  ///
  /// `first` reads each document from its start only. Each window takes a forward pass.
  public var passages: PassageAggregation = .first
  /// The most tokens of a window; nil: as many as the prompt has room for beside the query, which more do not
  /// exceed either.
  public var windowTokens: Int?
  /// How many tokens further the next window begins; nil: half of the window's.
  public var windowStride: Int?
  /// What becomes of a model that is known not to be a re-ranker.
  public var plainModels: PlainModelPolicy = .refused
  /// That of linear layers; nil: `int8` for a model that is stored so, `fp32` for any other.
  ///
  /// Models of one directory share their weights, rounded once for each precision.
  public var precision: Precision?
  /// nil: one for each core that this process may use.
  public var threads: Int?
  /// Tokens that go through the model at once on one thread.
  public var batchTokens: Int = 2048
  /// More pairs than this for one query are refused with an estimate (the CLI's `--yes` lifts it).
  public var maximumPairs: Int = 100_000
  /// Remembers what the model said; nil: nothing is remembered.
  ///
  /// Any number of rerankers may share one, of any models.
  public var cache: (any ScoreCache)?
  /// Token vectors of documents, so that a ColBERT need not compute them; nil: all are computed.
  ///
  /// Only for the mode colbert. A document that they lack, or have with another text, is computed.
  public var documentVectors: (any DocumentVectors)?

  /// Is told how long encoding takes; nil: nobody measures that.
  package var encodingClock: EncodingClock?

  /// What most users want.
  public init() {}
}
