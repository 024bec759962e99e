import RankingCore
import RankingFormats
import Reranking
import Retrieval

/// Ranks every request of the input, one after another, and writes each as soon as it is ranked.
struct RankCommand {
  let settings: RankSettings
  let console: Console
  let openModel: ModelOpener

  /// - Returns: The gravest of what went wrong with single queries; `.done` if nothing did.
  /// - Throws: What ends the whole run.
  func run() throws -> ExitCode {
    var problems = ProblemReport(console)
    let input = try RankInput(settings) { problems.add($0) }
    let model = try openedModel()
    var budget = PairBudget(settings, mode: model.mode)
    if budget.wantsCounting {
      try budget.check(candidateCounts: input.candidateCounts()) {
        input.trialSecondsPerPass(model)
      }
    }

    var source = input.source
    let output = try OutputFile(settings.outputPath, or: console)
    var writer = RankingWriter(settings, width: tableWidth)
    var explanations = try ExplanationWriter(
      settings.explain, of: model.reranker, console, isQuiet: settings.isQuiet)
    var totals = RunTotals(queryCount: input.queryCount)
    while let next = try source.next() {
      totals.queries += 1
      do {
        let request = try next.get()
        try writer.check(request)
        try budget.admit(request)
        let result = try rank(request, with: model, totals)
        try output.write(writer.text(of: result.ranking, for: request))
        totals.add(result.statistics, documents: request.documents.count)
        try explanations?.write(result.ranking, for: request)
      } catch let error as FormatError where error.kind == .malformed {
        // It concerns this query alone.
        problems.add(error)
      }
    }
    try output.write(writer.ending)
    try output.finish()
    try explanations?.finish()
    console.eraseProgress()
    if totals.queries == 0, problems.isEmpty {
      problems.add(
        FormatError(
          .malformed, path: settings.inputPaths.first ?? "-",
          reason: "expected at least one query, found none"))
    }
    problems.finish()
    say(totals, writer, replacedBytes: source.replacedBytes)
    return problems.exitCode
  }

  private func openedModel() throws -> RankingModel {
    var options = settings.options
    options.cache = try settings.cache?.open(console)
    options.documentVectors = try settings.vectorsPath.map(TokenVectorIndex.init(path:))
    let openModel =
      settings.isQuiet ? openModel : RankingModel.noting(openModel, on: console)
    guard let stages = settings.stages else {
      let model = try openModel(settings.modelPath, options)
      try options.checkMonoWeight(in: model.mode)
      return model
    }
    let cascade = try stages.cascade(
      modelPath: settings.modelPath, options, openModel: openModel)
    return RankingModel(mode: stages.finalMode, reranker: cascade)
  }

  private func rank(
    _ request: RankingRequest, with model: RankingModel, _ totals: RunTotals
  ) throws -> RerankingResult {
    let console = console
    let text = ProgressText(query: totals.queries, of: totals.queryCount)
    let showsProgress = !settings.isQuiet && console.isInteractive
    var progress: (@Sendable (Int, Int) -> Void)?
    if showsProgress {
      progress = { done, total in console.progress(text.line(done: done, of: total)) }
    }
    return try model.rerank(request, progress: progress)
  }

  private var tableWidth: Int? {
    settings.outputPath == nil ? Terminal.width(console.standardOutput) : nil
  }

  /// What a user should know about the whole run.
  private func say(_ totals: RunTotals, _ writer: RankingWriter, replacedBytes: Int) {
    guard !settings.isQuiet else { return }
    console.noteRun(
      totals.statistics, loweredScores: writer.loweredScores, replacedBytes: replacedBytes)
    if console.isInteractive { console.note(totals.summary) }
  }
}
