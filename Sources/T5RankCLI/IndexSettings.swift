import RankingFormats
import Retrieval
import Tokenization

/// What `t5rank index` is asked to do, checked.
struct IndexSettings: Sendable {
  /// What is made of texts.
  enum Kind: Sendable {
    case words(TextAnalysis, BM25Parameters)
    case embeddings(encoderPath: String, BiEncoderOptions, EmbeddingStorage)
  }

  let corpusPaths: [String]
  let indexPath: String
  let kind: Kind
  let storesTexts: Bool
  let isQuiet: Bool
  let invalidUTF8: InvalidUTF8

  init(_ parsed: ParsedArguments) throws {
    guard let path = try parsed.text("index") else {
      throw UsageError("index: expected --index DIR, found none")
    }
    indexPath = path
    // What a shell made of `--corpus *.jsonl` comes as operands.
    corpusPaths = parsed.all("corpus") + parsed.operands
    guard !corpusPaths.isEmpty, !corpusPaths.contains("") else {
      throw UsageError("index: expected --corpus FILE, found none")
    }
    try checkStandardInput(corpusPaths)
    kind = try parsed.text("encoder").map { try Self.embeddings(parsed, $0) } ?? Self.words(parsed)
    storesTexts = !parsed.has("no-texts")
    isQuiet = parsed.has("quiet")
    invalidUTF8 = parsed.has("strict-utf8") ? .refuse : .replace
  }

  private static func words(_ parsed: ParsedArguments) throws -> Kind {
    for name in ["storage", "special-tokens", "max-tokens", "document-prompt"]
    where parsed.has(name) {
      throw UsageError("--\(name): expected --encoder beside it, found none")
    }
    // BM25 indexes on one thread; a number that cannot be meant is refused all the same.
    _ = try parsed.number("threads", in: Limit.threads)
    return .words(
      TextAnalysis(
        stopWords: try parsed.choice("stop-words") ?? .english,
        stemmer: try parsed.choice("stemmer") ?? .porter),
      try BM25Parameters(
        k1: try parsed.decimal("k1") ?? BM25Parameters.usual.k1,
        b: try parsed.decimal("b") ?? BM25Parameters.usual.b))
  }

  private static func embeddings(_ parsed: ParsedArguments, _ path: String) throws -> Kind {
    for name in ["stop-words", "stemmer", "k1", "b"] where parsed.has(name) {
      throw UsageError("--\(name): expected an index for BM25, found --encoder")
    }
    var options = BiEncoderOptions()
    options.documentPrompt = parsed.last("document-prompt")
    options.maximumTokens = try parsed.number("max-tokens", in: Limit.tokens)
    options.specialTokens = try parsed.choice("special-tokens") ?? options.specialTokens
    options.threads = try parsed.number("threads", in: Limit.threads)
    return .embeddings(
      encoderPath: path, options, try parsed.choice("storage") ?? .float32)
  }
}
