import Kernels
import Transformers

/// The weights of a model's linear layers as bfloat16 products read them, renewed before each step.
///
/// A class because all tapes of a step share it.
public final class RoundedLayers: Sendable {
  // Sendable stands on this: tapes only read, and `round` runs alone.
  private let weights: [LearntWeight?]
  private let parameters: TrainableParameters

  /// Rounds the layers that inference rounds, too.
  public init(of parameters: TrainableParameters) {
    self.parameters = parameters
    weights = parameters.entries.map { entry in
      entry.isLayer ? LearntWeight(rows: entry.shape[0], columns: entry.shape[1]) : nil
    }
    round(threads: 1)
  }

  /// Rounds what the weights are now.
  ///
  /// Nothing may read them meanwhile.
  package func round(threads: Int) {
    _ = ThreadTeam.map(count: weights.count, threads: threads) { index in
      self.weights[index]?.round(
        self.parameters.values.pointer + self.parameters.entries[index].offset)
    }
  }

  /// nil for what is no layer.
  subscript(parameter: Parameter) -> LearntWeight? { weights[parameter.index] }
}
