public import Checkpoints
import JSON
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

  /// Files beside the weights that make a directory complete, as far as the model has them.
  private static let companions = [
    "spiece.model", "sentencepiece.bpe.model", "vocab.txt", "tokenizer.json",
    "tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "reranker.json",
  ]

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
    if !isSame(path, directory.path) {
      for name in Self.companions {
        let source = "\(directory.path)/\(name)"
        guard let bytes = FileManager.default.contents(atPath: source) else { continue }
        try AtomicFile.write([UInt8](bytes), to: "\(path)/\(name)")
      }
    }
    var members = directory.configuration.object ?? JSONObject()
    members["torch_dtype"] = nil
    members["dtype"] = .string(Self.word(for: type))
    try AtomicFile.write(
      Array((JSONValue(members).serialized(pretty: true) + "\n").utf8),
      to: "\(path)/config.json")
    var writer = SafetensorsWriter()
    for tensor in snapshot.tensors {
      writer.add(tensor.name, shape: tensor.shape, try snapshot.floats(of: tensor), as: type)
    }
    try writer.write(to: "\(path)/model.safetensors")
  }

  private func isSame(_ one: String, _ other: String) -> Bool {
    URL(filePath: one).standardizedFileURL.path() == URL(filePath: other).standardizedFileURL.path()
  }

  private static func word(for type: ScalarType) -> String {
    switch type {
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    default: "float32"
    }
  }
}
