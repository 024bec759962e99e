import Checkpoints
import Digests
import Reranking
import Training

/// What a training's result depends on, so that a saved state is only resumed with the same.
///
/// Hashes are SHA-256, in hexadecimal digits.
struct TrainingIdentity {
  let recipeHash: String
  /// Of the model's files, all in one.
  let modelHash: String
  /// Of the teachers of states and of the prompts, task by task, by what they are.
  let helpers: [(name: String, hash: String)]
  /// Of each file of data, by path.
  let data: [String: String]

  /// - Throws: `RerankingError` for a model or a teacher that has changed, or cannot be read any more.
  init(
    _ recipe: TrainingRecipe, text: String, model: ModelDirectory, data: [String: String]
  ) throws {
    recipeHash = Self.hash(text)
    modelHash = try model.contentHash()
    var helpers: [(name: String, hash: String)] = []
    for (number, task) in recipe.tasks.enumerated() {
      if let path = task.teacherModel {
        helpers.append(
          (
            "`\(path)`, teacher of tasks[\(number)]",
            try ModelDirectory.contentHash(ofModelAt: path)
          ))
      }
      // What is wrong with a prompt is said, with the task's place, by the training.
      if let prompt = try? task.wording(for: model) {
        helpers.append(("prompt `\(prompt.name)` of tasks[\(number)]", Self.hash("\(prompt)")))
      }
    }
    self.helpers = helpers
    self.data = data
  }

  /// One line for the state's file.
  var text: String {
    let dataHashes = data.sorted { $0.key < $1.key }.map(\.value)
    return ([recipeHash, modelHash] + helpers.map(\.hash) + dataHashes).joined(separator: " ")
  }

  static func hash(ofFile path: String) throws(CheckpointError) -> String {
    let file = try MappedFile(path: path, expected: "a file")
    // The bytes live as long as the object does.
    return withExtendedLifetime(file) { SHA256.digest(of: file.bytes).hexadecimal }
  }

  private static func hash(_ text: String) -> String {
    Array(text.utf8).withUnsafeBytes { SHA256.digest(of: $0).hexadecimal }
  }
}
