import Kernels
import RankingCore
import Reranking
import Transformers

/// What a model gives for the texts of some units: the one path that training and validation share.
struct TaskModel: Sendable {
  let network: TrainableModel.Network
  /// The tokens whose logits a T5 is asked for: those of all its tasks.
  let tokens: [Int32]

  /// The outputs, `[inputs, tokens.count]`, or `[inputs, labels]` of a BERT.
  func outputs<B: Backend>(of inputs: [RankingTask.Input], on backend: inout B) -> B.Value {
    let batch = PackedBatch(inputs.map(\.tokens))
    switch network {
    case .t5(let model):
      let context = model.encode(batch, on: &backend)
      let states = model.firstStep(over: context, offsets: batch.offsets, on: &backend)
      return model.logits(of: tokens, from: states, on: &backend)
    case .bert(let model):
      return model.logits(batch, types: inputs.flatMap(\.types), on: &backend)
    }
  }

  /// The encoder's last states, `[tokens, width]`.
  ///
  /// - Parameters:
  ///   - batch: The tokens of the inputs.
  ///   - observe: Called with the states after each block, and its number from 1.
  func states<B: Backend>(
    of inputs: [RankingTask.Input], _ batch: PackedBatch, on backend: inout B,
    observe: ((_ block: Int, _ states: B.Value) -> Void)? = nil
  ) -> B.Value {
    switch network {
    case .t5(let model): model.encode(batch, on: &backend, observe: observe)
    case .bert(let model):
      model.encoder.encode(
        batch, types: inputs.flatMap(\.types), on: &backend, observe: observe)
    }
  }

  /// A task's own columns of an output row.
  func columns(of task: RankingTask) -> [Int]? {
    task.labelTokens.map { labels in
      labels.map { label in tokens.firstIndex(of: label) ?? 0 }
    }
  }
}

/// Computes the gradients of one part of a step: a tape, and the memory that it grew to.
///
/// A class because both are used again at the next step. One thread at a time.
final class TrainingPass: @unchecked Sendable {
  // Sendable stands on this: a step hands each part to one thread.
  /// A unit, and what its loss counts.
  struct Item: Sendable {
    let task: Int
    let unit: RankingTask.Unit
    let weight: Double
  }

  /// What came of it: a task's number, its unweighted loss, and how many units.
  struct Report: Sendable {
    var losses: [Double]
    var counts: [Int]
    var tokens = 0

    init(tasks: Int) {
      losses = Array(repeating: 0, count: tasks)
      counts = Array(repeating: 0, count: tasks)
    }
  }

  let gradients: Gradients
  private let parameters: TrainableParameters
  private let model: TaskModel
  private let tasks: [Trainer.Task]
  private let passTokens: Int
  private let precision: Precision
  private var tape: Tape
  /// By task; for states only.
  private var teachers: [Int: InferenceBackend] = [:]

  init(
    _ trainable: TrainableModel, model: TaskModel, tasks: [Trainer.Task], recipe: TrainingRecipe,
    rounded: RoundedLayers?
  ) {
    parameters = trainable.parameters
    self.model = model
    self.tasks = tasks
    passTokens = recipe.tokensPerPass
    precision = recipe.precision
    gradients = Gradients(for: trainable.parameters) { name in
      !recipe.frozen.contains(where: name.hasPrefix) && recipe.optimizer.rate(of: name) > 0
    }
    tape = Tape(
      trainable.parameters, gradients: gradients, dropout: Float(recipe.dropout), rounded: rounded)
  }

  /// Adds up the gradients of some units, in passes of few enough tokens.
  func run(_ items: [Item], seed: UInt64) -> Report {
    gradients.clear()
    var report = Report(tasks: tasks.count)
    var number: UInt64 = 0
    for (task, kind) in tasks.enumerated() {
      if case .states(let states) = kind {
        passes(items.filter { $0.task == task }) { items in
          tape.begin(seed: mixed(seed, number))
          number += 1
          distil(items, states, task, &report)
        }
      }
    }
    let ranking = items.filter { if case .ranking = tasks[$0.task] { true } else { false } }
    passes(ranking) { items in
      tape.begin(seed: mixed(seed, number))
      number += 1
      rank(items, &report)
    }
    return report
  }

  private func passes(_ items: [Item], _ body: ([Item]) -> Void) {
    var pass: [Item] = []
    var tokens = 0
    for item in items {
      let count = item.unit.tokenCount
      if !pass.isEmpty, tokens + count > passTokens {
        body(pass)
        pass = []
        tokens = 0
      }
      pass.append(item)
      tokens += count
    }
    if !pass.isEmpty { body(pass) }
  }

  private func rank(_ items: [Item], _ report: inout Report) {
    let inputs = items.flatMap(\.unit.inputs)
    let outputs = model.outputs(of: inputs, on: &tape)
    let columns = outputs.matrix.columns
    var gradient = [Float](repeating: 0, count: outputs.matrix.count)
    var start = 0
    for item in items {
      guard case .ranking(let task) = tasks[item.task] else { continue }
      let own = model.columns(of: task) ?? Array(0..<columns)
      let rows = item.unit.inputs.indices.map { index in
        let row = outputs.matrix.pointer + (start + index) * columns
        return own.map { Double(row[$0]) }
      }
      let (loss, slopes, _) = task.loss(of: item.unit, rows)
      for (index, slopes) in slopes.enumerated() {
        for (column, slope) in zip(own, slopes) {
          gradient[(start + index) * columns + column] += Float(item.weight * slope)
        }
      }
      report.add(loss, of: item)
      start += item.unit.inputs.count
    }
    tape.backward(from: [(outputs, gradient)])
  }

  private func distil(
    _ items: [Item], _ task: StatesTask, _ number: Int, _ report: inout Report
  ) {
    let inputs = items.flatMap(\.unit.inputs)
    let batch = PackedBatch(inputs.map(\.tokens))
    var backend = teachers[number] ?? task.backend(precision)
    let wanted = task.wanted(for: batch, on: &backend)
    teachers[number] = backend
    var blocks: [Int: Tape.Value] = [:]
    let asked = Set(task.recipe.layers.map(\.block))
    let last = model.states(of: inputs, batch, on: &tape) { block, states in
      if asked.contains(block) { blocks[block] = states }
    }
    var slopes: [(value: Tape.Value, gradient: [Float])] = []
    var losses = Array(repeating: 0.0, count: items.count)
    if let layer = wanted.layers[task.lastLayer] {
      let compared = StateLoss(
        wanted: layer, rows: wanted.rows, weights: task.recipe.stateWeights)
      var gradient = [Float](repeating: 0, count: last.matrix.count)
      for (index, item) in items.enumerated() {
        losses[index] +=
          compared.addText(
            last.matrix, batch.rows(of: index), wantedText: wanted.rows(of: index),
            weight: Float(item.weight), to: &gradient
          ).loss
      }
      slopes.append((last, gradient))
    }
    for pair in task.recipe.layers {
      guard let layer = wanted.layers[pair.layer], let states = blocks[pair.block] else { continue }
      // States without a norm are brought to one; their scale, by number, is learnt.
      let scaled =
        parameters.gain(StatesTask.gainName(block: pair.block)).map {
          tape.rmsNorm(states, gain: $0, epsilon: 1e-6)
        } ?? states
      let compared = StateLoss(
        wanted: layer, rows: wanted.rows, weights: task.recipe.stateWeights)
      var gradient = [Float](repeating: 0, count: scaled.matrix.count)
      for (index, item) in items.enumerated() {
        let (loss, _) = compared.add(
          scaled.matrix, batch.rows(of: index), weight: Float(item.weight * StatesTask.layerWeight),
          to: &gradient)
        losses[index] += StatesTask.layerWeight * loss
      }
      slopes.append((scaled, gradient))
    }
    tape.backward(from: slopes)
    for (item, loss) in zip(items, losses) { report.add(loss, of: item) }
  }
}

extension TrainingPass.Report {
  fileprivate mutating func add(_ loss: Double, of item: TrainingPass.Item) {
    losses[item.task] += loss
    counts[item.task] += 1
    tokens += item.unit.tokenCount
  }

  mutating func add(_ other: TrainingPass.Report) {
    for task in losses.indices {
      losses[task] += other.losses[task]
      counts[task] += other.counts[task]
    }
    tokens += other.tokens
  }
}

/// A seed for one of many uses of another.
func mixed(_ seed: UInt64, _ number: UInt64) -> UInt64 {
  var random = SplitMix64(seed: seed &+ number &* 0x9e37_79b9_7f4a_7c15)
  return random.next()
}

extension OptimizerSettings {
  /// A parameter's learning rate: that of the longest prefix of its name, else the common one.
  func rate(of name: String) -> Double {
    rates.filter { name.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value ?? rate
  }
}
