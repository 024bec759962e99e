public import Kernels
import RankingCore
public import Reranking
public import TrainingData
import Transformers

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Trains a model: steps, validations, saves.
///
/// What comes out is a function of model, recipe and data, to the last bit: not of the number of threads,
/// nor of where it was interrupted and resumed.
public final class Trainer {
  /// What a training reports while it goes on.
  public enum Event: Sendable {
    /// Steps were taken.
    case step(Progress)
    /// The model was tried on what was kept out.
    case validation(ValidationResult, isBest: Bool)
    /// All is on disk up to a step.
    case saved(step: Int)
  }

  /// How far a training is.
  public struct Progress: Sendable {
    /// Steps taken, and in all.
    public let step, steps: Int
    /// The weighted mean loss of this step.
    public let loss: Double
    /// By task, the mean loss of this step; nil for one that had no part in it.
    public let losses: [Double?]
    /// The norm of the gradient, before it is clipped.
    public let gradientNorm: Double
    /// The learning rate's share.
    public let rateShare: Double
    /// Tokens of this step.
    public let tokens: Int
    /// Seconds of this step.
    public let seconds: Double
  }

  /// How a training ended.
  public enum Outcome: Sendable, Hashable {
    case finished
    /// It was asked to stop; all is saved up to this step.
    case stopped(step: Int)
  }

  let model: TrainableModel
  let recipe: TrainingRecipe
  let tasks: [Task]
  let lists: [[TrainingExample]]
  let keptOut: [[Int]]
  let taskModel: TaskModel
  private let output: TrainingOutput
  private let identity: String
  private var orders: [ListOrder]
  private var state: TrainingState
  private let passes: [TrainingPass]
  /// nil: nothing is rounded.
  private let rounded: RoundedLayers?
  private let optimizer: any Optimizer
  private let average: FloatArray?
  private let rates: [Float]

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - lists: For each task of the recipe, what it is learnt from.
  ///   - output: Where the model, and the state of the training, are written.
  ///   - identity: Of model and data; a state that was saved with another is refused.
  /// - Throws: `TrainingError`, `RerankingError` or `BiEncoderError` for what does not fit.
  public init(
    model directory: ModelDirectory, recipe: TrainingRecipe, lists: [[TrainingExample]],
    output: TrainingOutput, identity: String
  ) throws {
    try recipe.check()
    precondition(lists.count == recipe.tasks.count, "each task has data")
    var gains: [String: Int] = [:]
    if case .t5(let configuration) = directory.architecture {
      for pair in recipe.tasks.flatMap(\.layers) {
        gains[StatesTask.gainName(block: pair.block)] = configuration.width
      }
    }
    let model = try TrainableModel(directory, gains: gains)
    var tasks: [Task] = []
    for (number, task) in recipe.tasks.enumerated() {
      tasks.append(try Task(task, number: number, for: directory, lists: lists[number]))
    }
    var tokens: [Int32] = []
    for case .ranking(let task) in tasks {
      for label in task.labelTokens ?? [] where !tokens.contains(label) { tokens.append(label) }
    }
    let splits = ListOrder.split(
      lists.map { $0.map(\.query) }, keepOut: recipe.validationLists, seed: recipe.seed)
    var orders: [ListOrder] = []
    for (number, split) in splits.enumerated() {
      try tasks[number].check(lists[number], split.others, number: number)
      orders.append(ListOrder(split.others, seed: mixed(recipe.seed, UInt64(number))))
    }
    self.model = model
    self.recipe = recipe
    self.tasks = tasks
    self.lists = lists
    keptOut = splits.map(\.keptOut)
    self.orders = orders
    self.output = output
    self.identity = identity
    let taskModel = TaskModel(network: model.network, tokens: tokens)
    self.taskModel = taskModel
    state = TrainingState(tasks: tasks.count)
    let rounded = recipe.precision == .bf16 ? RoundedLayers(of: model.parameters) : nil
    self.rounded = rounded
    passes = (0..<recipe.parts).map { _ in
      TrainingPass(model, model: taskModel, tasks: tasks, recipe: recipe, rounded: rounded)
    }
    let parameters = model.parameters
    optimizer =
      switch recipe.optimizer.name {
      case .adamw: AdamW(recipe.optimizer, count: parameters.count)
      case .adafactor: Adafactor(recipe.optimizer, for: parameters)
      }
    if recipe.average > 0 {
      let values = FloatArray(count: parameters.count)
      values.pointer.update(from: parameters.values.pointer, count: values.count)
      average = values
    } else {
      average = nil
    }
    try recipe.checkPrefixes(of: parameters.entries.map(\.name))
    rates = parameters.entries.map { entry in
      guard !recipe.frozen.contains(where: entry.name.hasPrefix) else { return 0 }
      let rate = recipe.optimizer.rate(of: entry.name)
      guard recipe.optimizer.isRelative else { return Float(rate) }
      return Float(rate * max(parameters.rootMeanSquare(of: entry), 0.02) / 0.05)
    }
    guard rates.contains(where: { $0 > 0 }) else {
      throw TrainingError.unusableRecipe(
        "expected a parameter that is learnt, found all frozen or at a rate of 0")
    }
  }

  /// Goes on from the state that was saved in the output directory.
  ///
  /// - Throws: `TrainingError.unusableState` if there is none, or one of another training.
  public func resume() throws {
    state = try TrainingState(
      path: output.statePath, identity: identity, arrays: arrays, tasks: tasks.count,
      steps: recipe.steps)
  }

  /// Steps that were taken so far.
  public var stepsTaken: Int { state.step }

  /// Trains until the recipe's last step, or until it is asked to stop.
  ///
  /// - Parameters:
  ///   - threads: That compute; the result does not depend on it.
  ///   - shouldStop: Asked after each step; if so, all is saved.
  ///   - report: Called with what happens; what it throws ends the training.
  public func run(
    threads: Int = ThreadTeam.availableCores, shouldStop: () -> Bool = { false },
    report: (Event) throws -> Void = { _ in }
  ) throws -> Outcome {
    while state.step < recipe.steps {
      try report(.step(try step(threads: threads)))
      let isLast = state.step == recipe.steps
      if isLast || state.step.isMultiple(of: recipe.validateEvery) {
        try validateAndKeep(threads: threads, report: report)
      }
      let stops = !isLast && shouldStop()
      if isLast || stops || state.step.isMultiple(of: recipe.saveEvery) {
        try save()
        try report(.saved(step: state.step))
      }
      if stops { return .stopped(step: state.step) }
    }
    return .finished
  }

  // MARK: A step

  private func step(threads: Int) throws -> Progress {
    let start = seconds()
    let parts = draw()
    let passes = passes
    rounded?.round(threads: threads)
    let seed = mixed(recipe.seed, 0x57e9 &+ UInt64(state.step))
    let reports = ThreadTeam.map(count: parts.count, threads: threads) { part in
      passes[part].run(parts[part], seed: mixed(seed, UInt64(part)))
    }
    var total = TrainingPass.Report(tasks: tasks.count)
    for report in reports { total.add(report) }
    let losses = total.losses.indices.map { task in
      total.counts[task] > 0 ? total.losses[task] / Double(total.counts[task]) : nil
    }
    let loss = losses.compactMap { $0 }.reduce(0, +)
    let norm = addUp(threads: threads)
    guard loss.isFinite, norm.isFinite else {
      throw TrainingError.diverged(step: state.step + 1, loss: "\(loss) (gradient \(norm))")
    }
    let clip = recipe.optimizer.clip
    let share = recipe.schedule.share(at: state.step, of: recipe.steps)
    optimizer.step(
      model.parameters, passes[0].gradients, number: state.step + 1,
      rates: rates.map { $0 * Float(share) },
      scale: clip > 0 && norm > clip ? Float(clip / norm) : 1, threads: threads)
    state.step += 1
    follow()
    return Progress(
      step: state.step, steps: recipe.steps, loss: loss, losses: losses, gradientNorm: norm,
      rateShare: share, tokens: total.tokens, seconds: seconds() - start)
  }

  /// The units of a step, shared out by tokens.
  private func draw() -> [[TrainingPass.Item]] {
    var drawn: [(task: Int, unit: RankingTask.Unit)] = []
    var tokens = 0
    // Each task has a list that teaches something, so that this ends.
    while tokens < recipe.tokensPerStep {
      // The task that is furthest behind its share.
      let task = tasks.indices.min {
        Double(state.tokens[$0]) / tasks[$0].recipe.share
          < Double(state.tokens[$1]) / tasks[$1].recipe.share
      }
      guard let task else { break }
      var (index, random) = orders[task].draw(state.draws[task])
      state.draws[task] += 1
      guard let unit = tasks[task].unit(of: lists[task][index], using: &random) else {
        // Nothing to learn there; a token keeps a task without any from blocking the others.
        state.tokens[task] += 1
        continue
      }
      state.tokens[task] += unit.tokenCount
      tokens += unit.tokenCount
      drawn.append((task, unit))
    }
    var counts = Array(repeating: 0, count: tasks.count)
    for item in drawn { counts[item.task] += 1 }
    // Longest first to whoever has least.
    var parts = Array(repeating: [TrainingPass.Item](), count: recipe.parts)
    var loads = Array(repeating: 0, count: recipe.parts)
    let order = drawn.indices.sorted {
      let (a, b) = (drawn[$0].unit.tokenCount, drawn[$1].unit.tokenCount)
      return a != b ? a > b : $0 < $1
    }
    for index in order {
      let (task, unit) = drawn[index]
      let part = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[part] += unit.tokenCount
      parts[part].append(
        TrainingPass.Item(task: task, unit: unit, weight: 1 / Double(counts[task])))
    }
    return parts
  }

  /// Adds the parts' gradients to the first's, in order.
  ///
  /// - Returns: The norm of the sum.
  private func addUp(threads: Int) -> Double {
    let gradients = passes.map(\.gradients)
    let stretches = model.parameters.stretches(longest: 1 << 18).filter {
      gradients[0].isLearnt[$0.entry]
    }
    let squares = ThreadTeam.map(count: stretches.count, threads: threads) { index in
      Gradients.addUp(gradients, in: stretches[index].range)
    }
    return squares.reduce(0, +).squareRoot()
  }

  /// The running average comes after the weights.
  private func follow() {
    guard let average else { return }
    // At first the average is short: it would be that of the beginning otherwise.
    let kept = Float(min(recipe.average, Double(1 + state.step) / Double(10 + state.step)))
    let weights = model.parameters.values.pointer
    for index in 0..<average.count {
      average.pointer[index] = average.pointer[index] * kept + weights[index] * (1 - kept)
    }
  }

  // MARK: Keeping

  private func validateAndKeep(threads: Int, report: (Event) throws -> Void) throws {
    let snapshot = model.parameters.snapshot(of: average ?? model.parameters.values)
    guard let result = try validate(snapshot, step: state.step, threads: threads) else {
      let squares = VectorSum.squares(
        model.parameters.values.pointer, count: model.parameters.values.count)
      guard squares.isFinite else {
        throw TrainingError.diverged(step: state.step, loss: "weights that are no numbers")
      }
      try output.write(snapshot, like: model.directory, as: recipe.storage)
      return
    }
    guard result.loss.isFinite else {
      throw TrainingError.diverged(step: state.step, loss: "\(result.loss) in validation")
    }
    let isBest = state.best.map { result.loss < $0.loss } ?? true
    if isBest {
      try output.write(snapshot, like: model.directory, as: recipe.storage)
      state.best = (result.loss, state.step)
    }
    try report(.validation(result, isBest: isBest))
  }

  private func save() throws {
    try output.makeDirectory()
    try state.write(to: output.statePath, identity: identity, arrays: arrays)
  }

  private var arrays: [(name: String, values: FloatArray)] {
    [("weights", model.parameters.values)]
      + optimizer.memory.map { ("optimizer.\($0.name)", $0.values) }
      + (average.map { [("average", $0)] } ?? [])
  }

  private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

extension TrainableParameters {
  /// √(mean of a parameter's squares).
  func rootMeanSquare(of entry: Entry) -> Double {
    var sum = 0.0
    for index in 0..<entry.count {
      let value = Double(values.pointer[entry.offset + index])
      sum += value * value
    }
    return (sum / Double(max(entry.count, 1))).squareRoot()
  }
}

extension Gradients {
  /// Adds stretches of all to the first's.
  ///
  /// - Returns: The sum of the squares of what came out.
  static func addUp(_ all: [Gradients], in range: Range<Int>) -> Double {
    guard let first = all.first else { return 0 }
    // In bounds: a stretch of the parameters, which all are laid out as.
    let sum = first.values.pointer + range.lowerBound
    for other in all.dropFirst() {
      VectorSum.add(other.values.pointer + range.lowerBound, to: sum, count: range.count)
    }
    return VectorSum.squares(sum, count: range.count)
  }
}
