import Kernels
import RankingFormats
import TrainingData

/// What `t5rank mine` is asked to do, checked.
struct MineSettings: Sendable {
  /// Where queries and positives come from.
  enum Input: Sendable {
    case examples(paths: [String])
    case judgements(qrels: String, run: String?, queries: String)
  }

  let input: Input
  let corpusPaths: [String]
  let options: MiningOptions
  /// nil: no bi-encoder.
  let encoderPath: String?
  /// nil: the encoder, if there is one.
  let teacherPath: String?
  /// What BM25's share counts in the teacher's scores; 0 for nothing.
  let wordsWeight: Double
  /// nil: standard output.
  let outputPath: String?
  let threads: Int
  let isQuiet: Bool
  let invalidUTF8: InvalidUTF8

  init(_ parsed: ParsedArguments) throws(UsageError) {
    corpusPaths = parsed.all("corpus")
    guard !corpusPaths.contains("") else {
      throw UsageError("--corpus: expected a file, found an empty name")
    }
    input = try Self.input(parsed, corpusPaths)
    options = try Self.options(parsed)
    encoderPath = try parsed.text("encoder")
    teacherPath = try parsed.text("teacher")
    wordsWeight = try parsed.decimal("words-weight") ?? 0
    guard wordsWeight >= 0 else {
      throw UsageError("--words-weight: expected at least 0, found \(wordsWeight)")
    }
    guard wordsWeight == 0 || teacherPath != nil || encoderPath != nil else {
      throw UsageError("--words-weight: expected --teacher or --encoder beside it, found neither")
    }
    let output = try parsed.text("output")
    outputPath = output == "-" ? nil : output
    threads = try parsed.number("threads", in: Limit.threads) ?? ThreadTeam.availableCores
    isQuiet = parsed.has("quiet")
    invalidUTF8 = parsed.has("strict-utf8") ? .refuse : .replace
    if encoderPath == nil, options.negatives.contains(where: { $0.kind == .encoder }) {
      throw UsageError("--negatives: expected --encoder DIR beside encoder, found none")
    }
  }

  /// Whether the passages are to be indexed for BM25.
  var needsWords: Bool {
    options.negatives.contains { $0.kind == .bm25 } || wordsWeight > 0
      || !options.limits.isEmpty && encoderPath == nil && teacherPath == nil
  }

  /// What input errors that concern no line are about.
  var inputPath: String {
    switch input {
    case .examples(let paths): paths.first ?? "-"
    case .judgements(let qrels, _, _): qrels
    }
  }

  private static func input(
    _ parsed: ParsedArguments, _ corpusPaths: [String]
  ) throws(UsageError) -> Input {
    guard let qrels = try parsed.text("qrels") else {
      for name in ["run", "queries"] where parsed.has(name) {
        throw UsageError("--\(name): expected --qrels beside it, found none")
      }
      guard !parsed.operands.isEmpty, !parsed.operands.contains("") else {
        throw UsageError("mine: expected files of queries and positives, or --qrels, found none")
      }
      try checkStandardInput(parsed.operands + corpusPaths)
      return .examples(paths: parsed.operands)
    }
    if let operand = parsed.operands.first {
      throw UsageError("expected files or --qrels, found both ('\(printable(operand))')")
    }
    guard let queries = try parsed.text("queries"), !corpusPaths.isEmpty else {
      throw UsageError("--qrels: expected --queries and --corpus beside it, found none")
    }
    guard !corpusPaths.contains("-") else {
      throw UsageError("--corpus: expected a file, as --qrels reads it twice, found -")
    }
    let run = try parsed.text("run")
    try checkStandardInput([qrels, queries] + (run.map { [$0] } ?? []))
    return .judgements(qrels: qrels, run: run, queries: queries)
  }

  private static func options(_ parsed: ParsedArguments) throws(UsageError) -> MiningOptions {
    var options = MiningOptions()
    if let list = try parsed.text("negatives") { options.negatives = try negatives(list) }
    if let ranks = try parsed.text("ranks") { options.ranks = try window(ranks) }
    options.sampling = try parsed.choice("sampling") ?? options.sampling
    options.limits = ScoreLimits(
      absoluteMargin: try parsed.decimal("margin-absolute"),
      relativeMargin: try parsed.decimal("margin-relative"),
      maximumScore: try parsed.decimal("max-score"))
    if let seed = try parsed.number("seed", in: 0...Int.max) { options.seed = UInt64(seed) }
    return options
  }

  /// `random:5,bm25:10`.
  private static func negatives(_ list: String) throws(UsageError) -> [NegativeShare] {
    var shares: [NegativeShare] = []
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let kind = NegativeKind(rawValue: String(words[0])),
        let count = Int(words[1]), Limit.depth.contains(count)
      else {
        let kinds = NegativeKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw UsageError(
          "--negatives: expected KIND:N with a kind of \(kinds), and N from 1 on, found "
            + "'\(printable(String(part)))'")
      }
      guard !shares.contains(where: { $0.kind == kind }) else {
        throw UsageError("--negatives: expected each kind once, found \(kind.rawValue) twice")
      }
      shares.append(NegativeShare(kind, count))
    }
    return shares
  }

  /// `1-50`, or `50` for the first so many.
  private static func window(_ text: String) throws(UsageError) -> ClosedRange<Int> {
    let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    let first = bounds.count == 1 ? 1 : bounds.first ?? nil
    guard bounds.count <= 2, let first, let last = bounds.last ?? nil, first >= 1, first <= last,
      Limit.depth.contains(last)
    else {
      throw UsageError(
        "--ranks: expected a window such as 1-50, from 1 on, found '\(printable(text))'")
    }
    return first...last
  }
}
