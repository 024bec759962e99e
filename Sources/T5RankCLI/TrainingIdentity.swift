import Checkpoints
import Digests
import Reranking

/// What a training's result depends on, so that a saved state is only resumed with the same.
///
/// Hashes are SHA-256, in hexadecimal digits.
struct TrainingIdentity {
  let recipeHash: String
  /// Of the model's files, all in one.
  let modelHash: String
  /// Of each file of data, by path.
  let data: [String: String]

  init(recipe: String, model: ModelDirectory, data: [String: String]) {
    recipeHash = Self.hash(Array(recipe.utf8))
    var parts: [String] = []
    for name in [
      "config.json", "model.safetensors", "spiece.model", "sentencepiece.bpe.model", "vocab.txt",
      "vocab.json", "merges.txt", "tokenizer.json",
    ] {
      // A model has some of these; which ones it needs was checked when it was opened.
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

  static func hash(ofFile path: String) throws(CheckpointError) -> String {
    let file = try MappedFile(path: path, expected: "a file")
    // The bytes live as long as the object does.
    return withExtendedLifetime(file) { hexadecimal(SHA256.digest(of: file.bytes)) }
  }

  private static func hash(_ bytes: [UInt8]) -> String {
    bytes.withUnsafeBytes { hexadecimal(SHA256.digest(of: $0)) }
  }

  private static func hexadecimal(_ digest: Digest) -> String {
    digest.bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
