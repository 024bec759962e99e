import JSON
import Kernels
import RankingFormats
import Reranking
import Transformers

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
    repetitions = try parsed.number("repetitions", in: Limit.repetitions) ?? 5
    var options = RerankerOptions()
    options.mode = try parsed.choice("mode")
    options.prompts = parsed.all("prompt")
    options.depth = try parsed.number("depth", in: Limit.depth) ?? options.depth
    options.strategy = try parsed.choice("strategy") ?? options.strategy
    options.precision = try parsed.choice("precision") ?? options.precision
    options.threads = try parsed.number("threads", in: Limit.threads)
    // Whoever measures has chosen the depth.
    options.maximumPairs = .max
    // What a model has learnt does not change its speed.
    options.plainModels = .accepted
    self.options = options
    isJSON = parsed.has("json")
    isQuiet = parsed.has("quiet")
  }
}

/// Measures speed and memory on this machine: from texts to scores, the median of several times after a few
/// documents that do not count.
struct BenchCommand {
  let settings: BenchSettings
  let console: Console

  func run() throws -> ExitCode {
    let requests = try requests()
    let threads = settings.options.threads ?? ThreadTeam.availableCores
    let path = try RankingModel.directory(settings.modelPath, for: settings.options.mode)
    let precision = try ModelDirectory(path: path).precision(settings.options.precision)
    let rateBefore = MachineRate.measured(precision.reduced, threads: threads)
    // The matrices of that measurement are no memory of ranking.
    PeakMemory.reset()

    var options = settings.options
    let clock = EncodingClock()
    options.encodingClock = clock
    let start = Terminal.seconds()
    let model = try RankingModel.open(path, options)
    let loaded = Terminal.seconds()

    var statistics = try rank([requests[0].opening], with: model, label: "warming up")
    var repetitions: [Double] = []
    let encodedBefore = clock.seconds
    for number in 1...settings.repetitions {
      let start = Terminal.seconds()
      statistics = try rank(
        requests, with: model, label: "repetition \(number)/\(settings.repetitions)")
      repetitions.append(Terminal.seconds() - start)
    }
    let encodingSeconds = clock.seconds - encodedBefore
    let peakMemory = PeakMemory.bytes()
    console.eraseProgress()
    let report = BenchReport(
      model: path, mode: model.mode, precision: precision, threads: threads,
      documents: requests.reduce(0) { $0 + $1.documents.count }, loadSeconds: loaded - start,
      repetitions: repetitions, encodingSeconds: encodingSeconds, statistics: statistics,
      peakMemoryBytes: peakMemory,
      machineRates: [rateBefore, MachineRate.measured(precision.reduced, threads: threads)])
    try console.write(settings.isJSON ? report.json.serialized() + "\n" : report.text)
    return .done
  }

  private func requests() throws(FormatError) -> [RankingRequest] {
    guard let path = settings.inputPath else { return [BenchPassages.request()] }
    try InputFiles.check([path])
    var reader = RequestReader(paths: [path])
    var requests: [RankingRequest] = []
    while let next = try reader.next() { requests.append(try next.get()) }
    guard !requests.isEmpty else {
      throw FormatError(
        .malformed, path: path, reason: "expected at least one query, found none")
    }
    return requests
  }

  /// Ranks every request once.
  private func rank(
    _ requests: [RankingRequest], with model: RankingModel, label: String
  ) throws -> RerankingStatistics {
    let console = console
    let showsProgress = !settings.isQuiet && console.isInteractive
    var totals = RunTotals(queryCount: requests.count)
    for request in requests {
      var progress: (@Sendable (Int, Int) -> Void)?
      if showsProgress {
        progress = { done, total in
          console.progress("\(label) · \(grouped(done))/\(grouped(total)) passes")
        }
      }
      let result = try model.rerank(request, progress: progress)
      totals.add(result.statistics, documents: request.documents.count)
    }
    return totals.statistics
  }
}

extension RankingRequest {
  /// As much of it as makes the program read its weights and code.
  fileprivate var opening: RankingRequest {
    RankingRequest(query: query, documents: Array(documents.prefix(10)))
  }
}
