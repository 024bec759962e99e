import Reranking

/// What `t5rank bench` is asked to do, checked.
struct BenchSettings: Sendable {
  /// nil: the model in `weights/`.
  let modelPath: String?
  let options: RerankerOptions
  /// nil: built-in passages.
  let inputPath: String?
  let repetitions: Int
  let isJSON: Bool
  let isQuiet: Bool

  init(_ parsed: ParsedArguments) throws(UsageError) {
    if let operand = parsed.operands.first {
      throw UsageError("bench: expected no file here, found '\(printable(operand))'; see --input")
    }
    modelPath = try parsed.text("model")
    inputPath = try parsed.text("input")
    repetitions = try parsed.number("repetitions", in: Limit.repetitions) ?? 3
    var options = RerankerOptions()
    options.mode = try parsed.choice("mode")
    options.prompts = parsed.all("prompt")
    options.depth = try parsed.number("depth", in: Limit.depth) ?? options.depth
    options.threads = try parsed.number("threads", in: Limit.threads)
    self.options = options
    isJSON = parsed.has("json")
    isQuiet = parsed.has("quiet")
  }
}

/// Measures speed and memory on this machine.
struct BenchCommand {
  let settings: BenchSettings
  let console: Console

  func run() throws -> ExitCode {
    throw UsageError("bench is not there yet")
  }
}
