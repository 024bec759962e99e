import Kernels
import RankingFormats
import Reranking
import Retrieval
import Training
import TrainingData

/// Trains a model.
struct TrainCommand {
  let settings: TrainSettings
  let console: Console

  /// - Returns: `.done`; an interrupt that was answered with a save ends the process itself.
  func run() throws -> ExitCode {
    let directory = try ModelDirectory(
      path: RankingModel.directory(
        settings.modelPath,
        for: settings.recipe.tasks.contains { $0.mode == .cross } ? .cross : nil))
    let output = TrainingOutput(path: settings.outputPath)
    var files = TrainingFiles(console, isQuiet: settings.isQuiet)
    var lists: [[TrainingExample]] = []
    for task in settings.recipe.tasks { lists.append(try files.examples(task.data)) }
    let identity = try TrainingIdentity(
      settings.recipe, text: settings.recipeText, model: directory, data: files.hashes)
    let trainer = try Trainer(
      model: directory, recipe: settings.recipe, lists: lists, output: output,
      identity: identity.text)
    if settings.isResumed {
      if try output.hasState() {
        try trainer.resume()
      } else if !settings.isQuiet {
        console.note(
          "\(settings.outputPath): nothing was saved there yet, the training begins anew")
      }
    }
    try output.prepare(besideModelAt: directory.path)
    Signals.letWorkEnd()
    let log = try TrainingLog(
      settings, console: console, path: "\(settings.outputPath)/training.jsonl",
      since: trainer.stepsTaken)
    func writeCard() throws {
      try TrainingCard(
        recipe: settings.recipeText, identity: identity, log: log.summary, base: directory.path
      ).write(to: output)
    }
    let outcome = try trainer.run(
      threads: settings.threads ?? ThreadTeam.availableCores,
      shouldStop: { Signals.requested != nil }
    ) { event in
      log.record(event)
      // The weights that were just written must not lie beside the card of others.
      if case .validation(_, isBest: true) = event { try writeCard() }
    }
    console.eraseProgress()
    switch outcome {
    case .finished:
      try writeCard()
      return .done
    case .stopped(let step):
      if !settings.isQuiet {
        console.note("stopped at step \(grouped(step)) and saved; --resume goes on from there")
      }
      Signals.exitRequested()
    }
  }
}
