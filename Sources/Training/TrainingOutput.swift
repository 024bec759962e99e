public import Checkpoints
public import Reranking

private import FoundationEssentials

/// The directory that a training writes: a model in the Hugging Face layout, and the training's state.
public struct TrainingOutput: Sendable {
  /// The directory.
  public let path: String

  /// Names a directory, which need not exist.
  public init(path: String) { self.path = path }

  /// The file of the training's state.
  public var statePath: String { "\(path)/\(TrainingState.fileName)" }

  func makeDirectory() throws(TrainingError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: path, reason: "expected a directory, or none yet")
    }
  }

  /// Writes weights and whatever else their model needs; each file is replaced whole, the weights last.
  ///
  /// - Parameters:
  ///   - snapshot: The weights.
  ///   - directory: The model that they began as.
  ///   - type: F32, F16 or BF16.
  public func write(
    _ snapshot: WeightSnapshot, like directory: ModelDirectory, as type: ScalarType
  ) throws {
    try makeDirectory()
    let files = ModelDirectoryWriter(directory)
    if !isSame(path, directory.path) { try files.writeCompanions(to: path) }
    try files.writeConfiguration(to: path, as: type)
    var writer = SafetensorsWriter()
    for tensor in snapshot.tensors {
      writer.add(tensor.name, shape: tensor.shape, try snapshot.floats(of: tensor), as: type)
    }
    try writer.write(to: "\(path)/model.safetensors")
  }

  private func isSame(_ one: String, _ other: String) -> Bool {
    URL(filePath: one).standardizedFileURL.path() == URL(filePath: other).standardizedFileURL.path()
  }
}
