import JSON
import Training

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a training reports: a line of progress, notes of validations, and a log in JSON Lines.
///
/// A class because a training reports to it again and again.
final class TrainingLog {
  /// What the card says of a whole training.
  struct Summary {
    var seconds = 0.0
    var tokens = 0
    var validations: [ValidationResult] = []
    var best: ValidationResult?
  }

  private let settings: TrainSettings
  private let console: Console
  private let descriptor: CInt
  private let path: String
  private let first: Int
  private(set) var summary = Summary()
  private var recentSeconds = 0.0
  private var recentTokens = 0
  private var recentLoss = 0.0
  private var recentSteps = 0

  /// Steps between two lines of the log.
  private static let every = 20

  /// - Parameter step: How many steps were taken before.
  /// - Throws: `TrainingError.unwritable`.
  init(_ settings: TrainSettings, console: Console, path: String, since step: Int) throws {
    self.settings = settings
    self.console = console
    self.path = path
    first = step
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    mkdir(folder, 0o777)
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw TrainingError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  func record(_ event: Trainer.Event) {
    switch event {
    case .step(let progress): record(progress)
    case .validation(let result, let isBest): record(result, isBest)
    case .saved: break
    }
  }

  private func record(_ progress: Trainer.Progress) {
    summary.seconds += progress.seconds
    summary.tokens += progress.tokens
    recentSeconds += progress.seconds
    recentTokens += progress.tokens
    recentLoss += progress.loss
    recentSteps += 1
    let rate = Double(recentTokens) / max(recentSeconds, 1e-9)
    if !settings.isQuiet {
      let left =
        summary.seconds / Double(max(progress.step - first, 1))
        * Double(progress.steps - progress.step)
      console.progress(
        "step \(grouped(progress.step))/\(grouped(progress.steps)) · loss "
          + "\(rounded(recentLoss / Double(recentSteps))) · \(grouped(Int(rate))) tokens/s · "
          + "\(secondsText(left)) left")
    }
    guard progress.step.isMultiple(of: Self.every) || progress.step == progress.steps else {
      return
    }
    let losses = zip(settings.recipe.tasks, progress.losses).map { task, loss in
      (key: task.mode.rawValue, value: loss.flatMap { JSONValue($0) } ?? .null)
    }
    write([
      "step": JSONValue(progress.step), "loss": number(recentLoss / Double(recentSteps)),
      "losses": .object(JSONObject(losses)), "gradient_norm": number(progress.gradientNorm),
      "rate_share": number(progress.rateShare), "tokens_per_second": number(rate.rounded()),
    ])
    (recentSeconds, recentTokens, recentLoss, recentSteps) = (0, 0, 0, 0)
  }

  private func record(_ result: ValidationResult, _ isBest: Bool) {
    summary.validations.append(result)
    if isBest { summary.best = result }
    let tasks = result.tasks.map { task in
      JSONValue.object([
        "mode": .string(task.mode.rawValue), "measure": .string(task.name),
        "value": number(task.value), "loss": number(task.loss),
      ])
    }
    write([
      "step": JSONValue(result.step), "validation": number(result.measure),
      "loss": number(result.loss),
      "is_best": JSONValue(isBest), "tasks": .array(tasks),
    ])
    guard !settings.isQuiet else { return }
    let words = result.tasks.map {
      "\($0.mode.rawValue) \($0.name) \(rounded($0.value)) (loss \(rounded($0.loss)))"
    }.joined(separator: ", ")
    console.note("step \(grouped(result.step)): \(words)\(isBest ? ", the best so far" : "")")
  }

  /// The log is a help, not the work: what cannot be written is lost.
  private func write(_ line: JSONObject) {
    try? writeAll(Array((JSONValue(line).serialized() + "\n").utf8), to: descriptor, path: path)
  }

  private func number(_ value: Double) -> JSONValue { JSONValue(value) ?? .null }

  private func rounded(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    return "\((value * 10_000).rounded() / 10_000)"
  }
}
