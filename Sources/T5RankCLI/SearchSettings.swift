import RankingFormats
import Reranking
import Retrieval

/// What `t5rank search` is asked to do, checked.
struct SearchSettings: Sendable {
  /// Where queries come from.
  enum Input: Sendable, Hashable {
    case query(String)
    case file(String)
    /// Standard input, a query a line.
    case lines
    /// A terminal: a query is asked for, and answered, until the input ends.
    case prompt
  }

  let indexPath: String
  let input: Input
  let format: OutputFormat
  /// nil: standard output.
  let outputPath: String?
  let topK: Int
  /// nil: the index's ranking is the result.
  let stages: StageList?
  /// nil: every score is computed.
  let cache: CacheSettings?
  /// nil: documents' token vectors are computed.
  let vectorsPath: String?
  /// nil: the models in `weights/`.
  let modelPath: String?
  let tag: String
  /// nil: the index's own.
  let k1: Double?
  let b: Double?
  /// nil: the model that made the index, where it was then.
  let encoderPath: String?
  /// nil: the model's own.
  let queryPrompt: String?
  let threads: Int?
  /// Of the stages.
  let options: RerankerOptions
  let verification: BM25Index.Verification
  /// nil: no explanations.
  let explain: ExplainSettings?
  let isQuiet: Bool
  let invalidUTF8: InvalidUTF8

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if let operand = parsed.operands.first {
      throw UsageError(
        "search: expected no file here, found '\(printable(operand))'; see --queries")
    }
    guard let path = try parsed.text("index") else {
      throw UsageError("search: expected --index DIR, found none")
    }
    indexPath = path
    input = try Self.input(parsed)
    outputPath = try parsed.outputPath
    let usualFormat: OutputFormat =
      switch input {
      case _ where ExplainSettings.sharesOutput(parsed, outputPath: outputPath): .table
      case .query, .prompt: .table
      case .file: .trec
      case .lines: .jsonl
      }
    format = try parsed.choice("format") ?? usualFormat
    let usualTopK =
      switch format {
      case .table: 10
      case .jsonl, .json: 100
      case .trec, .msmarco: 1000
      }
    topK = try parsed.number("top-k", in: Limit.count) ?? usualTopK
    stages = try StageList(parsed)
    cache = try CacheSettings(parsed)
    guard cache == nil || stages != nil else {
      throw UsageError("--cache: expected --stages, whose scores it remembers, found none")
    }
    vectorsPath = try parsed.text("vectors")
    guard vectorsPath == nil || stages != nil else {
      throw UsageError("--vectors: expected --stages, of which one is colbert, found none")
    }
    try stages?.checkVectors(vectorsPath)
    modelPath = try parsed.text("model")
    guard modelPath == nil || stages != nil else {
      throw UsageError("--model: expected --stages, whose model it is, found none")
    }
    explain = try ExplainSettings(parsed, format: format, outputPath: outputPath)
    guard explain == nil || stages != nil else {
      throw UsageError("--explain: expected --stages, whose scores it explains, found none")
    }
    tag = try parsed.text("tag") ?? Version.program
    guard RankSettings.isTag(tag) else {
      throw UsageError("--tag: expected a word without white space, found '\(printable(tag))'")
    }
    k1 = try parsed.decimal("k1")
    b = try parsed.decimal("b")
    encoderPath = try parsed.text("encoder")
    queryPrompt = parsed.last("query-prompt")
    threads = try parsed.number("threads", in: Limit.threads)
    var options = RerankerOptions()
    options.threads = threads
    options.scale = try parsed.choice("score")
    options.precision = try parsed.choice("precision") ?? options.precision
    try options.readWindows(parsed)
    if parsed.has("accept-any-model") { options.plainModels = .accepted }
    if parsed.has("yes") { options.maximumPairs = .max }
    self.options = options
    for name in ["passages", "score", "precision", "accept-any-model"]
    where stages == nil && parsed.has(name) {
      throw UsageError("--\(name): expected --stages, which score documents, found none")
    }
    verification = parsed.has("verify") ? .everything : .tables
    isQuiet = parsed.has("quiet")
    invalidUTF8 = parsed.has("strict-utf8") ? .refuse : .replace
  }

  private static func input(_ parsed: ParsedArguments) throws(UsageError) -> Input {
    switch (parsed.last("query"), try parsed.text("queries")) {
    case (.some, .some): throw UsageError("expected --query or --queries, found both")
    case (let query?, nil):
      guard query.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
        throw UsageError("--query: expected a query, found an empty one")
      }
      return .query(query)
    case (nil, let path?): return .file(path)
    case (nil, nil): return Terminal.isTerminal(0) ? .prompt : .lines
    }
  }

  /// Where queries come from, for messages.
  var queriesPath: String {
    if case .file(let path) = input { path } else { "-" }
  }

  /// How many documents are taken from the index.
  var limit: Int {
    guard let stages else { return topK }
    return stages.first?.depth ?? max(topK, stages.stages.map(\.depth).max() ?? 0)
  }

  /// Refuses a first stage that is not what the index is made for.
  func checkFirstStage(_ kind: StageList.FirstKind) throws(UsageError) {
    guard let first = stages?.first, first.kind != kind else { return }
    throw UsageError(
      "--stages: expected \(kind.rawValue), which the index is made for, "
        + "found \(first.kind.rawValue)")
  }

  /// Refuses what only BM25 has.
  func refuseParameters() throws(UsageError) {
    guard k1 == nil, b == nil else {
      throw UsageError("--k1, --b: expected an index for BM25, found one of embeddings")
    }
  }

  /// Refuses what only embeddings have.
  func refuseEncoder() throws(UsageError) {
    guard encoderPath == nil, queryPrompt == nil else {
      throw UsageError(
        "--encoder, --query-prompt: expected an index of embeddings, found one for BM25")
    }
  }

  /// The parameters to search with.
  func parameters(of index: BM25Index) throws(RetrievalError) -> BM25Parameters {
    try BM25Parameters(k1: k1 ?? index.parameters.k1, b: b ?? index.parameters.b)
  }
}
