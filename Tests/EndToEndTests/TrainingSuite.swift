import Checkpoints
import Foundation
import JSON
import Testing

/// What tests of `t5rank train` share: examples, a recipe, and the program's run.
protocol TrainingSuite {}

extension TrainingSuite {
  /// Queries whose relevant passage repeats their word.
  static var examples: String {
    (0..<24).map { number -> String in
      let words = ["apple", "river", "engine", "violin", "castle", "desert"]
      let (mine, other) = (words[number % 6], words[(number + 1 + number / 6) % 6])
      return """
        {"query": "\(mine) \(number)", "positive": "all about the \(mine)", \
        "negatives": ["nothing but the \(other)", "a text on \(other)"], "scores": [3, -1, -2]}
        """
    }.joined(separator: "\n")
  }

  static func recipe(steps: Int = 12, more: String = "") -> String {
    """
    {"tasks": [
      {"mode": "mono", "data": "examples.jsonl", "max_tokens": [24, 32], "list_size": 3,
       "losses": {"listwise": 1, "binary": 0.5}},
      {"mode": "rank", "data": "examples.jsonl", "max_tokens": 32, "share": 0.5, "teacher": {}},
      {"mode": "duo", "max_tokens": 48, "pairs": 2}],
     "data": "examples.jsonl", "steps": \(steps), "tokens_per_step": 200, "tokens_per_pass": 100, "save_every": 3,
     "validate_every": 5, "validation_lists": 6, "dropout": 0.1, "average": 0.9,
     "optimizer": {"rate": 0.01, "beta2": 0.95}\(more)}
    """
  }

  func folder(_ recipe: String = Self.recipe()) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(Self.examples + "\n", to: "examples.jsonl")
    try folder.write(recipe, to: "recipe.json")
    return folder
  }

  func train(
    _ model: TinyModel, into output: String, _ more: [String] = [], in folder: ScratchFolder
  ) throws -> Program.Outcome {
    try Program.run(
      ["train", "--recipe", "recipe.json", "--model", model.path, "--output", output] + more,
      in: folder)
  }

  func weights(_ output: String, in folder: ScratchFolder) throws -> [UInt8] {
    try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(output)/model.safetensors")))
  }

  /// The last loss in the log's lines that have a member: `tokens` for steps, `validation`.
  func loss(_ output: String, of member: String, in folder: ScratchFolder) throws -> Double {
    let lines = try folder.read("\(output)/training.jsonl").split(separator: "\n")
    let values = try lines.map { try JSONValue(parsing: String($0)) }
    return try #require(values.last { $0[member] != nil }?["loss"]?.double)
  }

  /// The weights of a model directory, in one array by the order of their names.
  func floats(_ path: String) throws -> [Float] {
    let file = try Safetensors(path: path + "/model.safetensors")
    return try file.tensors.sorted { $0.name < $1.name }.flatMap { tensor in
      let buffer = try file.floats(of: tensor)
      return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
    }
  }
}
