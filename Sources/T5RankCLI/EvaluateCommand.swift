import Evaluation
import RankingCore
import RankingFormats

/// Measures runs, and compares them.
struct EvaluateCommand {
  let settings: EvaluateSettings
  let console: Console

  func run() throws -> ExitCode {
    try InputFiles.check([settings.qrelsPath] + settings.runPaths)
    let qrels = try Qrels.read(path: settings.qrelsPath)
    let evaluator = Evaluator(
      qrels: qrels, measures: settings.measures, averaging: settings.averaging,
      maximumDocuments: settings.maximumDocuments)
    var runs: [Run] = []
    var evaluations: [RunEvaluation] = []
    for path in settings.runPaths {
      let run = try Run.read(path: path)
      let evaluation = evaluator.evaluate(run)
      if evaluation.missingQueries == evaluation.queryIDs.count {
        console.note("\(path): no query of \(settings.qrelsPath) is in it")
      }
      evaluations.append(evaluation)
      // Only documents that moved are looked up again.
      if settings.showsQueries { runs.append(run) }
    }
    let comparisons = RunComparison.compare(Array(evaluations.dropFirst()), to: evaluations[0])
    let report = EvaluationReport(
      evaluations: evaluations, comparisons: comparisons,
      changes: changes(evaluator, qrels, runs, evaluations), showsQueries: settings.showsQueries)
    let output = try OutputFile(settings.outputPath, or: console)
    try output.write(settings.isJSON ? report.json : report.table)
    try output.finish()
    return .done
  }

  private func changes(
    _ evaluator: Evaluator, _ qrels: Qrels, _ runs: [Run], _ evaluations: [RunEvaluation]
  ) -> [EvaluationReport.Changes] {
    let mostQueries = 5
    let mostMoves = 3
    return runs.indices.dropFirst().map { index in
      let (gained, lost) = evaluator.largestChanges(
        of: runs[index], from: runs[0], qrels: qrels,
        evaluations: (evaluations[0], evaluations[index]), measure: 0, count: mostQueries,
        moveCount: mostMoves)
      return EvaluationReport.Changes(gained: gained, lost: lost)
    }
  }
}
