import Checkpoints
import Foundation
import JSON
import Support
import Testing

/// Settings of a recipe do what they say, all through a training.
@Suite struct TrainSettingTests: TrainingSuite {
  /// One task, plain but for what is asked.
  private func recipe(_ steps: Int, _ more: String, optimizer: String = "") -> String {
    """
    {"tasks": [{"mode": "mono", "max_tokens": 32, "list_size": 3}], "data": "examples.jsonl",
     "steps": \(steps), "tokens_per_step": 300, "schedule": {"decay": "constant", "warmup": 1},
     "optimizer": {"rate": 0.01\(optimizer)}\(more)}
    """
  }

  private static let unvalidated = ", \"validation_lists\": 0"

  /// The weights that a recipe makes of a model.
  private func trained(
    _ recipe: String, _ output: String, _ model: TinyModel, in folder: ScratchFolder
  ) throws -> [Float] {
    try folder.write(recipe, to: "recipe.json")
    let outcome = try train(model, into: output, ["-q"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try floats("\(folder.path)/\(output)")
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test("Gradients of a step's passes add up to that of one pass")
  func accumulation() throws {
    let (model, folder) = (try TinyModel(), try folder())
    let pass = { (tokens: Int) in
      Self.unvalidated + ", \"tokens_per_pass\": \(tokens), \"parts\": 1"
    }
    // An epsilon far above the gradients: what is learnt is in proportion to them.
    let optimizer = ", \"epsilon\": 1, \"clip\": 0"
    let start = try floats(model.path)
    let many = try trained(recipe(1, pass(1), optimizer: optimizer), "many", model, in: folder)
    let one = try trained(recipe(1, pass(100_000), optimizer: optimizer), "one", model, in: folder)
    let way = distance(one, start)
    #expect(way > 0 && distance(many, one) < 1e-3 * way)
  }

  @Test("A gradient longer than clip is shortened to it")
  func clipping() throws {
    let (model, folder) = (try TinyModel(), try folder())
    let start = try floats(model.path)
    let way = { (clip: String) in
      let optimizer = ", \"epsilon\": 1, \"clip\": \(clip)"
      return distance(
        try trained(recipe(1, Self.unvalidated, optimizer: optimizer), "clip", model, in: folder),
        start)
    }
    let (free, wide, narrow) = (try way("0"), try way("1e6"), try way("1e-3"))
    #expect(free == wide && narrow > 0 && narrow < 0.1 * free, "\(free) \(wide) \(narrow)")
  }

  @Test("What is written is the running average of the weights")
  func averaging() throws {
    let (model, folder) = (try TinyModel(), try folder())
    let start = try floats(model.path)
    let end = try trained(recipe(1, Self.unvalidated), "plain", model, in: folder)
    let averaged = try trained(
      recipe(1, Self.unvalidated + ", \"average\": 0.1"), "averaged", model, in: folder)
    let wanted = zip(start, end).map { 0.1 * $0 + 0.9 * $1 }
    #expect(distance(start, end) > 1e-3 && distance(averaged, wanted) < 1e-6)
  }

  @Test("The weights of the best validation are kept, not the last ones")
  func best() throws {
    let (model, folder) = (try TinyModel(), try folder())
    // A rate at which the loss soon rises again.
    let more = ", \"validation_lists\": 6, \"validate_every\": 1"
    let steps = 12
    let kept = try trained(
      recipe(steps, more, optimizer: ", \"rates\": {\"encoder\": 3}"), "kept", model, in: folder)
    let log = try folder.read("kept/training.jsonl").split(separator: "\n")
    let best = try log.map { try JSONValue(parsing: String($0)) }.last {
      $0["is_best"]?.bool == true
    }
    let step = try #require(best?["step"]?.int)
    try #require(step < steps)
    let short = try trained(
      recipe(step, more, optimizer: ", \"rates\": {\"encoder\": 3}"), "short", model, in: folder)
    #expect(kept == short)
  }

  @Test("Tasks have their shares of the tokens")
  func shares() throws {
    let (model, folder) = (try TinyModel(), try folder())
    _ = try trained(
      """
      {"tasks": [{"mode": "mono", "max_tokens": 32, "share": 3}, {"mode": "rank", "max_tokens": 32}],
       "data": "examples.jsonl", "steps": 10, "tokens_per_step": 400\(Self.unvalidated)}
      """, "out", model, in: folder)
    let state = try Safetensors(path: folder.path + "/out/training.safetensors")
    let tokens = state.metadata.first { $0.key == "tokens" }?.value.split(separator: " ").compactMap
    {
      Double($0)
    }
    let (first, second) = (try #require(tokens?.first), try #require(tokens?.last))
    // To a list's tokens.
    #expect(abs(first - 3 * second) < 400, "\(first) \(second)")
  }

  @Test("Weights are stored as dtype says, rounded to nearest")
  func storage() throws {
    let (model, folder) = (try TinyModel(), try folder())
    let exact = try trained(recipe(1, Self.unvalidated), "F32", model, in: folder)
    for (type, name) in [("F16", "float16"), ("BF16", "bfloat16")] {
      let stored = try trained(
        recipe(1, Self.unvalidated + ", \"dtype\": \"\(type)\""), type, model, in: folder)
      let rounded = exact.map { value in
        type == "F16"
          ? Float(Float16(value))
          : Float(
            bitPattern: (value.bitPattern &+ 0x7FFF &+ (value.bitPattern >> 16 & 1)) & 0xFFFF_0000)
      }
      #expect(stored == rounded)
      #expect(try folder.read("\(type)/config.json").contains("\"dtype\": \"\(name)\""))
    }
  }

  @Test(
    "Adafactor with frozen parameters and dropout: what is frozen stays, and a resumed run ends the same"
  )
  func adafactor() throws {
    let (model, folder) = (try TinyModel(), try folder())
    let more = """
      , "validation_lists": 6, "validate_every": 4, "save_every": 2, "dropout": 0.2, "freeze": ["shared."]
      """
    let optimizer = ", \"name\": \"adafactor\""
    let whole = try trained(recipe(40, more, optimizer: optimizer), "whole", model, in: folder)
    let program = try RunningProgram(
      ["train", "--recipe", "recipe.json", "--model", model.path, "--output", "parts", "-q"],
      in: folder)
    let state = folder.path + "/parts/training.safetensors"
    while !FileManager.default.fileExists(atPath: state), program.isRunning { usleep(1000) }
    program.send(SIGKILL)
    _ = program.status()
    #expect(try train(model, into: "parts", ["-q", "--resume"], in: folder).status == 0)
    #expect(try floats(folder.path + "/parts") == whole)
    let names = { (path: String) in try Safetensors(path: path + "/model.safetensors") }
    let (before, after) = (try names(model.path), try names(folder.path + "/whole"))
    for tensor in before.tensors where tensor.name == "shared.weight" {
      let (old, new) = (try before.floats(of: tensor), try after.floats(of: tensor))
      #expect((0..<old.count).allSatisfy { old.pointer[$0] == new.pointer[$0] })
    }
  }
}
