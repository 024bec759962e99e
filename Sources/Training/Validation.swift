import Checkpoints
import Kernels
import RankingCore
import Transformers

/// How a model does on what was kept out of its training.
public struct ValidationResult: Sendable, Hashable {
  /// Steps that were taken.
  public let step: Int
  /// The mean of the tasks' measures.
  public let measure: Double
  /// What the best model is chosen by: the mean of the tasks' losses, which tells more of a few lists
  /// than measures of their order do.
  public let loss: Double
  /// By task: what it is called, its value (the higher, the better), and the mean loss.
  public let tasks: [TaskResult]

  /// Of one task.
  public struct TaskResult: Sendable, Hashable {
    /// As the recipe calls it.
    public let mode: TaskRecipe.Mode
    /// `nDCG` of lists by their labels, or `accuracy` of pairs, or `cosine` of states.
    public let name: String
    /// The higher, the better.
    public let value: Double
    /// The mean loss.
    public let loss: Double
  }
}

extension Trainer {
  /// Tries weights on the lists that were kept out; nil without any.
  func validate(
    _ snapshot: WeightSnapshot, step: Int, threads: Int
  ) throws -> ValidationResult? {
    var results: [ValidationResult.TaskResult] = []
    let parameters = try Parameters(declarations(for: snapshot), from: snapshot)
    for (number, task) in tasks.enumerated() {
      let units = keptOut[number].compactMap { index in
        var random = SplitMix64(seed: mixed(recipe.seed &+ 1, UInt64(index)))
        return task.unit(of: lists[number][index], using: &random)
      }
      guard !units.isEmpty else { continue }
      switch task {
      case .ranking(let ranking):
        results.append(self.result(of: ranking, units, parameters, threads: threads))
      case .states(let states):
        results.append(self.result(of: states, units, parameters))
      }
    }
    guard !results.isEmpty else { return nil }
    return ValidationResult(
      step: step, measure: results.reduce(0) { $0 + $1.value } / Double(results.count),
      loss: results.reduce(0) { $0 + $1.loss } / Double(results.count),
      tasks: results)
  }

  /// The network asks for its parameters in the same order again.
  private func declarations(for snapshot: WeightSnapshot) throws -> ParameterDeclarations {
    var declarations = ParameterDeclarations(for: snapshot.tensors)
    switch model.network {
    case .t5(let network): _ = T5Model(network.configuration, declaring: &declarations)
    case .bert(let network): _ = BERTModel(network.configuration, declaring: &declarations)
    }
    return declarations
  }

  private func result(
    of task: RankingTask, _ units: [RankingTask.Unit], _ parameters: Parameters, threads: Int
  ) -> ValidationResult.TaskResult {
    let inputs = units.flatMap(\.inputs)
    let taskModel = taskModel
    let engine = InferenceEngine(parameters: parameters, precision: recipe.precision)
    let outputs = engine.run(
      lengths: inputs.map(\.tokens.count), threads: threads, batchTokens: recipe.tokensPerPass
    ) { batch, backend in
      let outputs = taskModel.outputs(of: batch.map { inputs[$0] }, on: &backend)
      let own = taskModel.columns(of: task) ?? Array(0..<outputs.columns)
      return (0..<outputs.rows).map { row in
        own.map { Double(outputs.pointer[row * outputs.columns + $0]) }
      }
    }
    var (start, loss, value, count) = (0, 0.0, 0.0, 0)
    for unit in units {
      let rows = Array(outputs[start..<start + unit.inputs.count])
      start += unit.inputs.count
      let (unitLoss, _, scores) = task.loss(of: unit, rows)
      loss += unitLoss / Double(units.count)
      for group in unit.groups {
        count += 1
        value +=
          task.recipe.mode == .duo
          ? isRight(scores[group.inputs.lowerBound], group.targets)
          : gain(Array(scores[group.inputs]), group.targets.labels)
      }
    }
    return ValidationResult.TaskResult(
      mode: task.recipe.mode, name: task.recipe.mode == .duo ? "accuracy" : "nDCG",
      value: value / Double(max(count, 1)), loss: loss)
  }

  private func isRight(_ score: Double, _ targets: RankingLoss.Targets) -> Double {
    (score > 0) == (targets.probabilities[0] > 0.5) ? 1 : 0
  }

  /// nDCG of a list by its grades; equal scores count as if the least relevant came first.
  private func gain(_ scores: [Double], _ labels: [Double]) -> Double {
    let order = scores.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : labels[$0] < labels[$1]
    }
    let ideal = discounted(labels.sorted(by: >))
    return ideal > 0 ? discounted(order.map { labels[$0] }) / ideal : 0
  }

  private func result(
    of task: StatesTask, _ units: [RankingTask.Unit], _ parameters: Parameters
  ) -> ValidationResult.TaskResult {
    var (cosine, loss, count) = (0.0, 0.0, 0)
    var backend = InferenceBackend(parameters: parameters, precision: recipe.precision)
    var teacher = task.backend(recipe.precision)
    for unit in units {
      let batch = PackedBatch(unit.inputs.map(\.tokens))
      let wanted = task.wanted(for: batch, on: &teacher)
      let states = taskModel.states(of: unit.inputs, batch, on: &backend)
      guard let layer = wanted.layers[task.lastLayer] else { continue }
      var gradient = [Float](repeating: 0, count: states.count)
      let compared = StateLoss(
        wanted: layer, rows: wanted.rows, weights: task.recipe.stateWeights
      ).addText(
        states, batch.rows(of: 0), wantedText: wanted.rows(of: 0), weight: 1, to: &gradient)
      cosine += 1 - compared.cosine
      loss += compared.loss
      count += 1
    }
    let share = 1 / Double(max(count, 1))
    return ValidationResult.TaskResult(
      mode: .states, name: "cosine", value: cosine * share, loss: loss * share)
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Σ label / log₂(rank + 1).
private func discounted(_ labels: [Double]) -> Double {
  labels.enumerated().reduce(0) { $0 + max($1.element, 0) / log2(Double($1.offset + 2)) }
}
