import RankingCore
import RankingFormats
import Reranking
import Retrieval
import TrainingData

/// Finds negatives for queries with positives, and writes training examples in the queries' order.
struct MineCommand {
  let settings: MineSettings
  let console: Console
  let openModel: ModelOpener

  /// Queries that are mined before the first of them is written.
  private static let sliceCount = 256

  /// - Returns: The gravest of what went wrong with single lines; `.done` if nothing did.
  /// - Throws: What ends the whole run.
  func run() throws -> ExitCode {
    var problems = ProblemReport(console)
    let pool = try MiningInput(settings: settings, console: console).pool(&problems)
    guard !pool.queries.isEmpty else {
      if problems.isEmpty {
        problems.add(
          FormatError(
            .malformed, path: settings.inputPath,
            reason: "expected at least one query with a positive, found none"))
      }
      problems.finish()
      return problems.exitCode
    }
    // First of all: whoever cannot write need not wait for embeddings.
    let output =
      try settings.outputPath.map(OutputFile.init(path:))
      ?? OutputFile(descriptor: console.standardOutput)
    let miner = try miner(of: pool, output)
    let report = try write(pool, miner, to: output)
    try output.finish()
    console.eraseProgress()
    problems.finish()
    if !settings.isQuiet { MiningSummary(pool, report, settings).lines.forEach(console.note) }
    return problems.exitCode
  }

  private func write(
    _ pool: MiningPool, _ miner: NegativeMiner, to output: OutputFile
  ) throws -> MiningReport {
    let start = Terminal.seconds()
    var report = MiningReport()
    for first in stride(from: 0, to: pool.queries.count, by: Self.sliceCount) {
      let slice = first..<min(first + Self.sliceCount, pool.queries.count)
      let examples = try miner.mine(slice, into: &report)
      try output.write(examples.lazy.map(\.jsonLine).joined())
      showProgress("queries mined", slice.upperBound, pool.queries.count, since: start)
    }
    say(
      "\(counted(pool.queries.count, "query", "queries")) mined", pool.queries.count, since: start)
    return report
  }

  // MARK: Models

  private func miner(of pool: MiningPool, _ output: OutputFile) throws -> NegativeMiner {
    // Before the long work: a mistyped path is said at once.
    let teacherModel = try settings.teacherPath.map(openTeacher)
    let encoder = try settings.encoderPath.map(openEncoder)
    let words = settings.needsWords ? try indexWords(pool, output) : nil
    let embeddings = try encoder.map { try embed(pool, $0) }
    let teacher: (any PassageScorer)? =
      switch teacherModel {
      case nil: embeddings
      case .encoder(let teacher):
        if let embeddings, teacher.fingerprint == encoder?.fingerprint {
          embeddings
        } else {
          try embed(pool, teacher)
        }
      case .reranker(let scorer): RerankedPool(pool, scorer: scorer)
      }
    return NegativeMiner(
      pool, options: settings.options, words: words, embeddings: embeddings, teacher: teacher)
  }

  private enum Teacher {
    case encoder(BiEncoder)
    case reranker(any PointwiseScorer)
  }

  private func openTeacher(_ path: String) throws -> Teacher {
    // sentence-transformers writes this file beside bi-encoders.
    if path == settings.encoderPath || InputFiles.exists("\(path)/modules.json") {
      return .encoder(try openEncoder(path))
    }
    var options = RerankerOptions()
    options.scale = .logit
    options.threads = settings.threads
    let model = try openModel(path, options)
    guard let scorer = model.reranker as? any PointwiseScorer else {
      throw UsageError(
        "--teacher: expected a model that scores documents one by one, found the mode "
          + model.mode.rawValue)
    }
    return .reranker(scorer)
  }

  private func openEncoder(_ path: String) throws -> BiEncoder {
    var options = BiEncoderOptions()
    options.threads = settings.threads
    let encoder = try BiEncoder(path: path, options: options)
    if !settings.isQuiet { encoder.notes.forEach(console.note) }
    return encoder
  }

  // MARK: Passages

  private func indexWords(_ pool: MiningPool, _ output: OutputFile) throws -> WordPool {
    let start = Terminal.seconds()
    let unfinished = [output.unfinishedPath].compactMap { $0 }
    let words = try WordPool(pool, threads: settings.threads) {
      Signals.setUnfinished(unfinished + $0)
    }
    Signals.setUnfinished(unfinished)
    say(
      "\(counted(pool.passages.count, "passage", "passages")) indexed for BM25",
      pool.passages.count, since: start)
    return words
  }

  private func embed(_ pool: MiningPool, _ encoder: BiEncoder) throws -> EmbeddedPool {
    let start = Terminal.seconds()
    let pool = try EmbeddedPool(pool, encoder: encoder, threads: settings.threads) {
      showProgress("texts embedded", $0, $1, since: start)
    }
    say("\(counted(pool.count, "text", "texts")) embedded", pool.count, since: start)
    return pool
  }

  // MARK: Messages

  private func showProgress(_ what: String, _ done: Int, _ total: Int, since start: Double) {
    guard !settings.isQuiet else { return }
    console.progress(
      "\(grouped(done))/\(grouped(total)) \(what) · \(rate(done, since: start))/s")
  }

  /// How fast a part of the work was.
  private func say(_ what: String, _ count: Int, since start: Double) {
    guard !settings.isQuiet else { return }
    let seconds = secondsText(Terminal.seconds() - start)
    console.note("\(what), \(seconds) (\(rate(count, since: start))/s)")
  }

  private func rate(_ count: Int, since start: Double) -> String {
    grouped(Int(Double(count) / max(Terminal.seconds() - start, 1e-3)))
  }
}
