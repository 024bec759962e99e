import Checkpoints
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
  /// What the card says of a whole training, of all its runs.
  struct Summary {
    var seconds = 0.0
    var tokens = 0
    var validations = 0
    var best: Validation?
  }

  /// What a line of the log says of a validation.
  struct Validation {
    let step: Int
    let tasks: [(mode: String, measure: String, value: Double?, loss: Double?)]
  }

  private let settings: TrainSettings
  private let console: Console
  private let descriptor: CInt
  private let path: String
  private let first: Int
  private(set) var summary = Summary()
  private var secondsNow = 0.0
  private var recentSeconds = 0.0
  private var recentTokens = 0
  private var recentLoss = 0.0
  private var recentSteps = 0
  private var last: Trainer.Progress?

  /// Steps between two lines of the log.
  private static let every = 20

  /// Opens the log: what it says of steps up to `step` stays and is part of the summary; the rest is cut off, since
  /// those steps are taken again.
  ///
  /// - Parameter step: How many steps were taken before.
  /// - Throws: `TrainingError.unwritable`.
  init(_ settings: TrainSettings, console: Console, path: String, since step: Int) throws {
    self.settings = settings
    self.console = console
    self.path = path
    first = step
    let (kept, summary) = Self.read(path, upTo: step)
    self.summary = summary
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0, ftruncate(descriptor, off_t(kept)) == 0 else {
      throw TrainingError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// The bytes of a log's lines up to a step, and what they add up to.
  private static func read(_ path: String, upTo step: Int) -> (bytes: Int, summary: Summary) {
    var summary = Summary()
    guard step > 0, let file = try? MappedFile(path: path, expected: "a log") else {
      return (0, summary)
    }
    // The bytes live as long as the object does.
    return withExtendedLifetime(file) {
      var end = 0
      for line in file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      {
        guard line.endIndex < file.bytes.endIndex,
          let value = try? JSONValue(parsing: String(decoding: line, as: UTF8.self)),
          let taken = value["step"]?.int, taken <= step
        else { break }
        end = line.endIndex + 1
        summary.add(value)
      }
      return (end, summary)
    }
  }

  deinit { close(descriptor) }

  func record(_ event: Trainer.Event) {
    switch event {
    case .step(let progress): record(progress)
    case .validation(let result, let isBest): record(result, isBest)
    // What is before a save is never logged again.
    case .saved: writeSteps()
    }
  }

  private func record(_ progress: Trainer.Progress) {
    secondsNow += progress.seconds
    recentSeconds += progress.seconds
    recentTokens += progress.tokens
    recentLoss += progress.loss
    recentSteps += 1
    last = progress
    let rate = Double(recentTokens) / max(recentSeconds, 1e-9)
    if !settings.isQuiet {
      let left =
        secondsNow / Double(max(progress.step - first, 1))
        * Double(progress.steps - progress.step)
      console.progress(
        "step \(grouped(progress.step))/\(grouped(progress.steps)) · loss "
          + "\(decimalText(recentLoss / Double(recentSteps))) · \(grouped(Int(rate))) tokens/s · "
          + "\(secondsText(left)) left")
    }
    if progress.step.isMultiple(of: Self.every) || progress.step == progress.steps { writeSteps() }
  }

  /// A line about the steps since the last one.
  private func writeSteps() {
    guard let last, recentSteps > 0 else { return }
    let line: JSONObject = [
      "step": JSONValue(last.step), "loss": number(recentLoss / Double(recentSteps)),
      "losses": .array(last.losses.map { $0.map(number) ?? .null }),
      "gradient_norm": number(last.gradientNorm), "rate_share": number(last.rateShare),
      "tokens": JSONValue(recentTokens), "seconds": number(recentSeconds),
      "tokens_per_second": number((Double(recentTokens) / max(recentSeconds, 1e-9)).rounded()),
    ]
    write(line)
    (recentSeconds, recentTokens, recentLoss, recentSteps) = (0, 0, 0, 0)
  }

  private func record(_ result: ValidationResult, _ isBest: Bool) {
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
      "\($0.mode.rawValue) \($0.name) \(decimalText($0.value)) (loss \(decimalText($0.loss)))"
    }.joined(separator: ", ")
    console.note("step \(grouped(result.step)): \(words)\(isBest ? ", the best so far" : "")")
  }

  /// The log is a help, not the work: what cannot be written is lost.
  private func write(_ line: JSONObject) {
    summary.add(.object(line))
    try? writeAll(Array((JSONValue(line).serialized() + "\n").utf8), to: descriptor, path: path)
  }

  private func number(_ value: Double) -> JSONValue { JSONValue(value) ?? .null }

}

/// Four digits after the point, where they say anything.
func decimalText(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
  return "\((value * 10_000).rounded() / 10_000)"
}

extension TrainingLog.Summary {
  /// Adds what a line of the log says.
  fileprivate mutating func add(_ line: JSONValue) {
    guard let tasks = line["tasks"]?.array, let step = line["step"]?.int else {
      seconds += line["seconds"]?.double ?? 0
      tokens = tokens.addingReportingOverflow(line["tokens"]?.int ?? 0).partialValue
      return
    }
    validations += 1
    guard line["is_best"]?.bool == true else { return }
    best = TrainingLog.Validation(
      step: step,
      tasks: tasks.map { task in
        (
          task["mode"]?.string ?? "", task["measure"]?.string ?? "", task["value"]?.double,
          task["loss"]?.double
        )
      })
  }
}
