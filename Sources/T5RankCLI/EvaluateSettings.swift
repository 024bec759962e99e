import Evaluation
import RankingFormats

/// What `t5rank evaluate` is asked to do, checked.
struct EvaluateSettings: Sendable {
  static let defaultMeasures = "nDCG@10 RR@10 AP R@100"

  let qrelsPath: String
  /// The baseline comes first.
  let runPaths: [String]
  let measures: [Measure]
  let averaging: Averaging
  let maximumDocuments: Int?
  let showsQueries: Bool
  let isJSON: Bool
  /// nil: standard output.
  let outputPath: String?

  init(_ parsed: ParsedArguments) throws(UsageError) {
    guard let qrels = try parsed.text("qrels") else {
      throw UsageError("evaluate: expected judgements with --qrels FILE, found none")
    }
    qrelsPath = BEIRFolder.judgements(at: qrels)
    runPaths = try Self.runPaths(parsed)
    try checkStandardInput([qrels] + runPaths)
    let level = try parsed.number("relevance-level", in: 0...1000) ?? 1
    let given = parsed.all("measures").joined(separator: " ")
    do {
      measures = try Measure.list(
        parsed.has("measures") ? given : Self.defaultMeasures, relevance: level)
    } catch {
      throw UsageError("--measures: \(error)")
    }
    guard !(parsed.has("complete") && parsed.has("intersection")) else {
      throw UsageError("expected --complete or --intersection, found both")
    }
    averaging = parsed.has("intersection") ? .commonQueries : .judgedQueries
    maximumDocuments = try parsed.number("max-documents", in: Limit.count)
    showsQueries = parsed.has("per-query")
    isJSON = parsed.has("json")
    outputPath = try parsed.outputPath
  }

  private static func runPaths(_ parsed: ParsedArguments) throws(UsageError) -> [String] {
    var paths = parsed.all("run") + parsed.operands
    guard !paths.contains("") else {
      throw UsageError("--run: expected a file, found an empty name")
    }
    if let baseline = try parsed.text("baseline") {
      paths.removeAll { $0 == baseline }
      paths.insert(baseline, at: 0)
    }
    guard !paths.isEmpty else {
      throw UsageError("evaluate: expected a run with --run FILE, found none")
    }
    guard Set(paths).count == paths.count else {
      throw UsageError("evaluate: expected each run once, found one twice")
    }
    return paths
  }
}
