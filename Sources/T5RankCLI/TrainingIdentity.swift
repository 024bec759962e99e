import Checkpoints
import Reranking
import Retrieval

/// What a training's result depends on, so that a saved state is only resumed with the same.
struct TrainingIdentity {
  let recipeHash: String
  let modelHash: String
  /// By path.
  let data: [String: String]

  /// - Throws: What keeps the model's files from being read.
  init(recipe: String, model: ModelDirectory, data: [String: String]) throws {
    recipeHash = Self.hash(Array(recipe.utf8))
    var parts: [String] = []
    for name in ["config.json", "model.safetensors", "spiece.model", "vocab.txt"] {
      if let hash = try? Self.hash(ofFile: "\(model.path)/\(name)") {
        parts.append("\(name) \(hash)")
      }
    }
    modelHash = Self.hash(Array(parts.joined(separator: "\n").utf8))
    self.data = data
  }

  /// One line for the state's file.
  var text: String {
    ([recipeHash, modelHash] + data.sorted { $0.key < $1.key }.map(\.value)).joined(separator: " ")
  }

  static func hash(ofFile path: String) throws -> String {
    let file = try MappedFile(path: path, expected: "a file")
    return hex(ContentHash.digest(of: file.bytes))
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { hex(ContentHash.digest(of: $0)) }
  }

  private static func hex(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
