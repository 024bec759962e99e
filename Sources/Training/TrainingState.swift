import Checkpoints

/// Where a training is: all that a resumed one needs beside its recipe, model and data.
struct TrainingState {
  /// Steps that were taken.
  var step = 0
  /// By task: how many lists were drawn.
  var draws: [UInt64]
  /// By task: how many tokens it had.
  var tokens: [Int]
  /// The best validation so far, and its step; nil before the first.
  var best: (loss: Double, step: Int)?

  init(tasks: Int) {
    draws = Array(repeating: 0, count: tasks)
    tokens = Array(repeating: 0, count: tasks)
  }

  /// The file's name in the output directory.
  static let fileName = "training.safetensors"

  /// To be raised by whoever changes what a training draws or learns: its states are then not resumed.
  private static let format = "t5rank-training 2"
  /// More than any training counts; sums and doubles of it are still numbers.
  private static let most = 1 << 60

  /// Writes the state and the arrays that belong to it: the old file is replaced whole.
  ///
  /// - Parameter identity: Of recipe, model and data; a state of another is refused.
  func write(
    to path: String, identity: String, arrays: [(name: String, values: FloatArray)]
  ) throws(CheckpointError) {
    var metadata = [
      "format": Self.format, "identity": identity, "step": String(step),
      "draws": draws.map(String.init).joined(separator: " "),
      "tokens": tokens.map(String.init).joined(separator: " "),
    ]
    if let best {
      // As bits: the comparison with later ones must not change.
      metadata["least_loss"] = "\(best.loss.bitPattern) \(best.step)"
    }
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, values) in arrays {
      writer.add(
        name, shape: [values.count],
        FloatBuffer(count: values.count) {
          _ = $0.initialize(
            from: UnsafeBufferPointer(start: values.pointer, count: values.count))
        })
    }
    try writer.write(to: path)
  }

  /// Reads a state, and fills the arrays.
  ///
  /// - Throws: `TrainingError.unusableState` for a file of another training, or a damaged one; nothing
  ///   was filled then.
  init(
    path: String, identity: String, arrays: [(name: String, values: FloatArray)], tasks: Int,
    steps: Int
  ) throws {
    let file: Safetensors
    do {
      file = try Safetensors(path: path)
    } catch {
      throw TrainingError.unusableState(
        path: path, reason: "expected the state of a training, found: \(error)")
    }
    let metadata = Dictionary(
      file.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard metadata["format"] == Self.format else {
      throw TrainingError.unusableState(
        path: path,
        reason: "expected the state of a training by this version of t5rank, found another file; "
          + "without --resume a new training begins")
    }
    guard metadata["identity"] == identity else {
      throw TrainingError.unusableState(
        path: path,
        reason: "expected the state of this recipe, model and data, found that of others; "
          + "without --resume a new training begins")
    }
    func numbers<Number: FixedWidthInteger>(_ key: String, _ type: Number.Type) -> [Number] {
      (metadata[key] ?? "").split(separator: " ").compactMap { Number($0) }
    }
    let draws = numbers("draws", UInt64.self)
    let tokens = numbers("tokens", Int.self)
    let stored = Dictionary(
      file.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let best = numbers("least_loss", UInt64.self)
    guard let step = metadata["step"].flatMap({ Int($0) }), (0...steps).contains(step),
      draws.count == tasks, draws.allSatisfy({ $0 <= UInt64(Self.most) }),
      tokens.count == tasks, tokens.allSatisfy({ (0...Self.most).contains($0) }),
      metadata["least_loss"] == nil || best.count == 2 && best[1] <= UInt64(step),
      arrays.allSatisfy({ stored[$0.name]?.shape == [$0.values.count] })
    else {
      throw TrainingError.unusableState(
        path: path, reason: "expected a whole state of a training, found a damaged one")
    }
    let buffers = try arrays.map { array in
      try stored[array.name].map { try file.floats(of: $0) }
    }
    for (array, buffer) in zip(arrays, buffers) {
      // In bounds: shapes were compared above.
      if let buffer { array.values.pointer.update(from: buffer.pointer, count: buffer.count) }
    }
    self.step = step
    self.draws = draws
    self.tokens = tokens
    // Its step is at most the state's.
    if best.count == 2 { self.best = (Double(bitPattern: best[0]), Int(best[1])) }
  }
}
