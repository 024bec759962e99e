import RankingCore
import RankingFormats
import Reranking
import Tokenization

/// What `t5rank rank` is asked to do, checked.
struct RankSettings: Sendable {
  /// Where queries and candidates come from.
  enum Input: Sendable, Hashable {
    /// One query; the lines of files are its passages.
    case passages(query: String, paths: [String])
    /// JSON requests.
    case requests(paths: [String])
    case run(run: String, queries: String, corpus: String)
  }

  let input: Input
  let format: OutputFormat
  /// nil: standard output.
  let outputPath: String?
  let topK: Int?
  let tag: String
  /// nil: the model in `weights/`.
  let modelPath: String?
  let options: RerankerOptions
  /// nil: one mode ranks all candidates.
  let stages: StageList?
  /// nil: every score is computed.
  let cache: CacheSettings?
  /// nil: documents' token vectors are computed.
  let vectorsPath: String?
  /// Whether more pairs than `options.maximumPairs` are wanted.
  let acceptsManyPairs: Bool
  /// nil: no explanations.
  let explain: ExplainSettings?
  let isQuiet: Bool
  let invalidUTF8: InvalidUTF8

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if parsed.has("json") {
      throw UsageError("--json goes with --version; rankings as JSON come with --format jsonl")
    }
    input = try Self.input(parsed)
    outputPath = try parsed.outputPath
    let usualFormat: OutputFormat =
      switch input {
      case _ where ExplainSettings.sharesOutput(parsed, outputPath: outputPath): .table
      case .passages: .table
      case .requests: .jsonl
      case .run: .trec
      }
    format = try parsed.choice("format") ?? usualFormat
    explain = try ExplainSettings(parsed, format: format, outputPath: outputPath)
    topK = try parsed.number("top-k", in: Limit.count)
    tag = try parsed.text("tag") ?? Version.program
    guard Self.isTag(tag) else {
      throw UsageError("--tag: expected a word without white space, found '\(printable(tag))'")
    }
    modelPath = try parsed.text("model")
    acceptsManyPairs = parsed.has("yes")
    isQuiet = parsed.has("quiet")
    invalidUTF8 = parsed.has("strict-utf8") ? .refuse : .replace
    options = try Self.options(parsed)
    stages = try StageList(parsed)
    cache = try CacheSettings(parsed)
    vectorsPath = try parsed.text("vectors")
    try stages?.checkVectors(vectorsPath)
    if let first = stages?.first {
      throw UsageError(
        "--stages: expected \(first.kind.rawValue) in t5rank search only, which has an index")
    }
  }

  private static func options(_ parsed: ParsedArguments) throws(UsageError) -> RerankerOptions {
    var options = RerankerOptions()
    options.mode = try parsed.choice("mode")
    options.prompts = parsed.all("prompt")
    guard !options.prompts.contains("") else {
      throw UsageError("--prompt: expected a value, found an empty one")
    }
    options.scale = try parsed.choice("score")
    options.aggregation = try parsed.choice("aggregation")
    options.pairSelection = try parsed.choice("pairs") ?? options.pairSelection
    try options.readStrategy(parsed)
    try options.readWindows(parsed)
    options.depth = try parsed.number("depth", in: Limit.depth) ?? options.depth
    options.monoWeight = try parsed.decimal("mono-weight")
    if let weight = options.monoWeight, !(0..<1 ~= weight) {
      throw UsageError("--mono-weight: expected a number from 0 to below 1, found \(weight)")
    }
    options.truncation = try parsed.choice("truncation")
    options.maximumTokens = try parsed.number("max-tokens", in: Limit.tokens)
    options.specialTokens = try parsed.choice("special-tokens") ?? options.specialTokens
    options.precision = try parsed.choice("precision") ?? options.precision
    options.threads = try parsed.number("threads", in: Limit.threads)
    options.batchTokens =
      try parsed.number("batch-tokens", in: Limit.batchTokens) ?? options.batchTokens
    if parsed.has("accept-any-model") { options.plainModels = .accepted }
    if parsed.has("yes") { options.maximumPairs = .max }
    if let mode = options.mode { try options.checkMonoWeight(in: mode) }
    return options
  }

  private static func input(_ parsed: ParsedArguments) throws(UsageError) -> Input {
    let run = try parsed.text("run")
    let queries = try parsed.text("queries")
    let corpus = try parsed.text("corpus")
    let query = parsed.last("query")
    if run != nil || queries != nil || corpus != nil {
      guard let run, let queries, let corpus else {
        let missing = [("run", run), ("queries", queries), ("corpus", corpus)]
          .filter { $0.1 == nil }.map { "--\($0.0)" }
        throw UsageError(
          "--run, --queries and --corpus go together; expected \(missing.joined(separator: " and "))"
        )
      }
      guard query == nil else { throw UsageError("expected --query or --run, found both") }
      guard parsed.operands.isEmpty else {
        throw UsageError(
          "expected no file beside --run, found '\(printable(parsed.operands[0]))'")
      }
      try checkStandardInput([run, queries, corpus])
      return .run(
        run: run, queries: BEIRFolder.queries(at: queries), corpus: BEIRFolder.corpus(at: corpus))
    }
    let paths = parsed.operands.isEmpty ? ["-"] : parsed.operands
    try checkStandardInput(paths)
    guard let query else { return .requests(paths: paths) }
    guard query.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
      throw UsageError("--query: expected a query, found an empty one")
    }
    return .passages(query: query, paths: paths)
  }

  static func isTag(_ tag: String) -> Bool {
    !tag.unicodeScalars.contains {
      $0.properties.isWhitespace || $0.properties.generalCategory == .control
    }
  }

  /// The files that are read.
  var inputPaths: [String] {
    switch input {
    case .passages(_, let paths), .requests(let paths): paths
    case .run(let run, let queries, let corpus): [run, queries, corpus]
    }
  }
}
