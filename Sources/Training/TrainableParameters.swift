public import Checkpoints
public import Transformers

/// A model's weights while they are learnt: one stretch of memory, a parameter after another.
///
/// A class because training writes to it in place. Nothing may read it while an optimiser steps.
public final class TrainableParameters: @unchecked Sendable {
  // Sendable stands on this: forward and backward passes only read, and an optimiser, the only writer,
  // runs alone.
  /// A parameter's place in the stretch.
  public struct Entry: Sendable, Hashable {
    /// As in the checkpoint.
    public let name: String
    /// As in the checkpoint.
    public let shape: [Int]
    /// Its first number.
    public let offset: Int
    /// How many numbers it has.
    public let count: Int

    /// Whether it is the weight of a linear layer that may be rounded.
    public let isLayer: Bool

    /// Whether it is a vector: a gain or a bias, which no optimiser decays.
    public var isVector: Bool { shape.count < 2 }
  }

  /// Every parameter, in the model's order.
  public let entries: [Entry]
  let values: FloatArray
  /// How many of the entries, from the first, are the model's.
  private let modelCount: Int

  /// Copies a checkpoint's weights.
  ///
  /// - Parameter gains: Vectors beside the model's parameters, by name, and their lengths; all ones.
  /// - Throws: As `Parameters` does.
  public init(
    _ declarations: ParameterDeclarations, gains: [String: Int] = [:],
    from checkpoint: some Checkpoint
  ) throws {
    // Every fault of the checkpoint is reported by the same reader as when it is used.
    _ = try Parameters(declarations, from: checkpoint)
    let stored = Dictionary(
      checkpoint.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var entries: [Entry] = []
    var offset = 0
    let layers = declarations.byteLayers
    for (index, declaration) in declarations.declarations.enumerated() {
      let count = declaration.shape.reduce(1, *)
      entries.append(
        Entry(
          name: declaration.name, shape: declaration.shape, offset: offset, count: count,
          isLayer: layers.contains(index)))
      offset += count
    }
    modelCount = entries.count
    for (name, count) in gains.sorted(by: { $0.key < $1.key }) {
      entries.append(
        Entry(name: name, shape: [count], offset: offset, count: count, isLayer: false))
      offset += count
    }
    self.entries = entries
    values = FloatArray(count: offset)
    for entry in entries {
      guard let tensor = stored[entry.name] else {
        (values.pointer + entry.offset).update(repeating: 1, count: entry.count)
        continue
      }
      let floats = try checkpoint.floats(of: tensor)
      // In bounds: the shape was checked to be the declared one.
      (values.pointer + entry.offset).update(from: floats.pointer, count: entry.count)
    }
  }

  /// How many numbers there are.
  public var count: Int { values.count }

  /// A parameter's first number.
  func pointer(_ parameter: Parameter) -> UnsafeMutablePointer<Float> {
    values.pointer + entries[parameter.index].offset
  }

  /// A copy of the model's weights that stays as they are now.
  public func snapshot() -> WeightSnapshot { snapshot(of: values) }

  /// A copy of numbers that are laid out as the weights are, such as their average.
  func snapshot(of values: FloatArray) -> WeightSnapshot {
    WeightSnapshot(entries: Array(entries.prefix(modelCount)), values: values)
  }

  /// A vector beside the model's parameters; nil if there is none of that name.
  func gain(_ name: String) -> Parameter? {
    entries.firstIndex { $0.name == name }.map {
      Parameter(index: $0, rows: 1, columns: entries[$0].count)
    }
  }
}

/// Weights at one moment of a training, readable as any checkpoint.
public struct WeightSnapshot: Checkpoint {
  /// Every tensor, sorted by name.
  public let tensors: [StoredTensor]
  private let buffers: [String: FloatBuffer]

  /// - Parameter values: As `entries` lay them out.
  init(entries: [TrainableParameters.Entry], values: FloatArray) {
    tensors = entries.map {
      StoredTensor(name: $0.name, shape: $0.shape, scalarType: .float32, count: $0.count)
    }.sorted { $0.name < $1.name }
    buffers = Dictionary(
      entries.map { entry in
        let buffer = FloatBuffer(count: entry.count) { target in
          _ = target.initialize(
            from: UnsafeBufferPointer(start: values.pointer + entry.offset, count: entry.count))
        }
        return (entry.name, buffer)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// A tensor's numbers.
  public func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    guard let buffer = buffers[tensor.name] else {
      throw .noSuchTensor(path: "weights in training", tensor: tensor.name)
    }
    return buffer
  }
}
