import Checkpoints
import Foundation
import JSON
import Support
import Testing

/// `t5rank train`, as its users run it.
@Suite struct TrainTests: TrainingSuite {
  @Test("A training writes a model that ranks, a log, and a card with hashes")
  func output() throws {
    let model = try TinyModel()
    let folder = try folder()
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("mono nDCG"))
    let card = try folder.read("out/README.md")
    #expect(card.contains("examples.jsonl") && card.contains("nDCG"))
    let log = try folder.read("out/training.jsonl")
    #expect(log.contains("\"validation\"") && log.contains("\"tokens_per_second\""))
    let ranked = try Program.run(
      ["--model", "out", "--query", "apple"], input: "all about the apple\nnothing\n", in: folder)
    #expect(ranked.status == 0 && ranked.lines.count >= 2, "\(ranked.errors)")
  }

  private static let precisions = ["fp32", "bf16"].map { ", \"precision\": \"\($0)\"" }

  @Test(
    "What comes out does not depend on the threads, and does on the seed", arguments: precisions)
  func threads(precision: String) throws {
    let model = try TinyModel()
    let folder = try folder(Self.recipe(more: precision))
    #expect(try train(model, into: "one", ["--threads", "1", "-q"], in: folder).status == 0)
    #expect(try train(model, into: "two", ["--threads", "2", "-q"], in: folder).status == 0)
    #expect(try weights("one", in: folder) == weights("two", in: folder))
    try folder.write(Self.recipe(more: precision + ", \"seed\": 2"), to: "recipe.json")
    #expect(try train(model, into: "other", ["-q"], in: folder).status == 0)
    #expect(try weights("one", in: folder) != weights("other", in: folder))
  }

  @Test(
    "Killed at random points and resumed, a training ends with the same weights",
    arguments: precisions)
  func killed(precision: String) throws {
    let model = try TinyModel()
    let folder = try folder(Self.recipe(steps: 40, more: precision))
    #expect(try train(model, into: "whole", ["-q"], in: folder).status == 0)
    var random = SeededRandom(seed: 51)
    var kills = 0
    // Killed before the first save, it begins anew.
    let arguments = [
      "train", "--recipe", "recipe.json", "--model", model.path, "--output", "parts", "-q",
      "--resume",
    ]
    while true {
      let program = try RunningProgram(arguments, in: folder)
      if kills < 4 {
        usleep(UInt32.random(in: 100_000...500_000, using: &random))
        program.send(SIGKILL)
        kills += 1
      }
      if program.status() == 0 { break }
    }
    #expect(try weights("whole", in: folder) == weights("parts", in: folder))
    let steps = try folder.read("parts/training.jsonl").split(separator: "\n").compactMap {
      let line = try JSONValue(parsing: String($0))
      return line["tokens"] == nil ? nil : line["step"]?.int
    }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 } && steps.last == 40, "\(steps)")
  }

  @Test("An interrupt saves, says so with 130, and a resumed run ends the same")
  func interrupted() throws {
    let model = try TinyModel()
    let folder = try folder(Self.recipe(steps: 60))
    #expect(try train(model, into: "whole", ["-q"], in: folder).status == 0)
    let arguments = [
      "train", "--recipe", "recipe.json", "--model", model.path, "--output", "parts",
    ]
    let program = try RunningProgram(arguments, in: folder)
    let log = "\(folder.path)/parts/training.jsonl"
    // It answers interrupts from its first step on.
    while !FileManager.default.fileExists(atPath: log), program.isRunning { usleep(1000) }
    program.send(SIGINT)
    #expect(program.status() == 130)
    let resumed = try train(model, into: "parts", ["--resume"], in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights("whole", in: folder) == weights("parts", in: folder))
  }

  // A name that the machine does not have falls back to its best.
  @Test(
    "In bfloat16 every instruction set gives nearly the same model, and not that of fp32",
    arguments: ["baseline", "avx2", "avx512", "avx512bf16"])
  func instructionSets(kernels: String) throws {
    let model = try TinyModel()
    // No average, dropout or long way, along which last bits would grow.
    let recipe = { (precision: String) in
      """
      {"tasks": [{"mode": "mono", "data": "examples.jsonl", "max_tokens": 32, "list_size": 3}],
       "steps": 3, "tokens_per_step": 200, "validation_lists": 6, "validate_every": 3,
       "precision": "\(precision)"}
      """
    }
    let folder = try folder(recipe("bf16"))
    let arguments = ["train", "--recipe", "recipe.json", "--model", model.path, "-q", "--output"]
    for (output, kernels) in [("plain", "plain"), ("tested", kernels)] {
      let outcome = try Program.run(
        arguments + [output], in: folder, variables: ["T5RANK_KERNELS": kernels])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try folder.write(recipe("fp32"), to: "recipe.json")
    #expect(try train(model, into: "single", ["-q"], in: folder).status == 0)
    let near =
      try loss("tested", of: "validation", in: folder)
      - loss("plain", of: "validation", in: folder)
    #expect(abs(near) < 2e-3)
    #expect(try weights("tested", in: folder) != weights("single", in: folder))
  }

  @Test("Each step in bfloat16 sees the weights that the step before left")
  func renewal() throws {
    let model = try TinyModel()
    // Only what is rounded is learnt, and fast: with the first weights the last loss would be another.
    let recipe = { (precision: String) in
      """
      {"tasks": [{"mode": "mono", "data": "examples.jsonl", "max_tokens": 32, "list_size": 3}],
       "steps": 6, "tokens_per_step": 400, "validation_lists": 0, "precision": "\(precision)",
       "optimizer": {"rate": 0, "rates": {"encoder.block.0.layer.1.DenseReluDense": 0.1}},
       "schedule": {"decay": "constant", "warmup": 1}}
      """
    }
    let folder = try folder()
    var losses: [Double] = []
    for precision in ["fp32", "bf16"] {
      try folder.write(recipe(precision), to: "recipe.json")
      let outcome = try train(model, into: precision, ["-q"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      losses.append(try loss(precision, of: "tokens", in: folder))
    }
    #expect(losses[0] != losses[1])
    #expect(abs(losses[0] - losses[1]) < 0.02, "\(losses)")
  }

  @Test("A state of another recipe is refused, and kept")
  func otherState() throws {
    let model = try TinyModel()
    let folder = try folder()
    #expect(try train(model, into: "out", ["-q"], in: folder).status == 0)
    try folder.write(Self.recipe(steps: 13), to: "recipe.json")
    let outcome = try train(model, into: "out", ["--resume"], in: folder)
    #expect(outcome.status == 5 && outcome.errors.contains("expected the state of this recipe"))
    #expect(
      FileManager.default.fileExists(atPath: "\(folder.path)/out/training.safetensors"))
  }

  @Test(
    "A BERT's states are learnt beside ranking, and are nearly a BERT's own already",
    arguments: [("mono", "t5rank-mini", 0.05...0.5), ("cross", "cross-encoder-mini", 0.6...1)])
  func states(mode: String, model: String, first: ClosedRange<Double>) throws {
    let teacher = "\(Program.project)/weights/cross-encoder-mini"
    let folder = try folder(
      """
      {"tasks": [{"mode": "\(mode)", "max_tokens": 24, "list_size": 2},
        {"mode": "states", "teacher_model": "\(teacher)", "max_tokens": 24, "layers": [[3, 3]]}],
       "data": "examples.jsonl", "steps": 3, "tokens_per_step": 200, "validate_every": 1,
       "validation_lists": 6, "optimizer": {"rate": \(mode == "mono" ? 1e-4 : 1e-7)}}
      """)
    let outcome = try Program.run(
      [
        "train", "--recipe", "recipe.json", "--model", "\(Program.project)/weights/\(model)",
        "--output", "out", "-q",
      ], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let cosines = try folder.read("out/training.jsonl").split(separator: "\n").compactMap { line in
      try JSONValue(parsing: String(line))["tasks"]?.array?.last?["value"]?.double
    }
    try #require(cosines.count == 3)
    #expect(first.contains(cosines[0]), "\(cosines)")
    #expect(mode == "cross" || cosines[2] > cosines[0] + 0.005, "\(cosines)")
  }

  @Test("The directory of the model that a training begins with is not written to")
  func inPlace() throws {
    let model = try TinyModel()
    let folder = try folder()
    let before = try Data(contentsOf: URL(fileURLWithPath: model.path + "/model.safetensors"))
    let name = try #require(model.path.split(separator: "/").last)
    let outcome = try train(model, into: "\(model.path)/../\(name)", in: folder)
    #expect(outcome.status == 6 && outcome.errors.contains("expected another directory"))
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: model.path + "/model.safetensors")) == before)
  }

  @Test("A validation that is no number ends the training, and is never the best")
  func brokenValidation() throws {
    let model = try TinyModel()
    let folder = try folder(
      Self.recipe(steps: 1).replacingOccurrences(of: "\"rate\": 0.01", with: "\"rate\": 1e30"))
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 6 && outcome.errors.contains("in validation"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out/model.safetensors"))
  }

  @Test(
    "Resumed at its end, a training changes neither card nor log, and a damaged state is refused")
  func finished() throws {
    let model = try TinyModel()
    let folder = try folder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/out", withIntermediateDirectories: true)
    let unfinished = ["training.safetensors", "model.safetensors", "README.md", "spiece.model"].map
    {
      "\(folder.path)/out/\($0).1a2b3c.tmp"
    }
    for path in unfinished + [folder.path + "/out/mine.1a.tmp"] {
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
    }
    #expect(try train(model, into: "out", ["-q"], in: folder).status == 0)
    #expect(!unfinished.contains(where: FileManager.default.fileExists))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/out/mine.1a.tmp"))
    let (card, log) = (try folder.read("out/README.md"), try folder.read("out/training.jsonl"))
    #expect(try train(model, into: "out", ["-q", "--resume"], in: folder).status == 0)
    #expect(try folder.read("out/README.md") == card && card.contains("validations"))
    #expect(try folder.read("out/training.jsonl") == log)
    let steps = try log.split(separator: "\n").compactMap { line -> Int? in
      let value = try JSONValue(parsing: String(line))
      return value["tokens"] == nil ? nil : value["step"]?.int
    }
    // A line a save.
    #expect(steps == [3, 6, 9, 12])
    let state = URL(fileURLWithPath: folder.path + "/out/training.safetensors")
    var bytes = try Data(contentsOf: state)
    let place = try #require(bytes.range(of: Data("\"step\":\"12\"".utf8)))
    bytes.replaceSubrange(place, with: Data("\"step\":\"13\"".utf8))
    try bytes.write(to: state)
    let damaged = try train(model, into: "out", ["--resume"], in: folder)
    #expect(damaged.status == 5 && damaged.errors.contains("found a damaged one"))
  }

  @Test("A prompt that has changed is another training")
  func otherPrompt() throws {
    let model = try TinyModel()
    let folder = try folder(
      """
      {"tasks": [{"mode": "mono", "prompt": "./p.json", "max_tokens": 32}], "data": "examples.jsonl",
       "steps": 2, "tokens_per_step": 100, "validation_lists": 4}
      """)
    let prompt = try String(
      contentsOfFile: "\(Program.project)/prompts/monot5.json", encoding: .utf8)
    try folder.write(prompt, to: "p.json")
    #expect(try train(model, into: "out", ["-q"], in: folder).status == 0)
    try folder.write(prompt.replacingOccurrences(of: "Relevant:", with: "Good:"), to: "p.json")
    let outcome = try train(model, into: "out", ["--resume"], in: folder)
    #expect(outcome.status == 5 && outcome.errors.contains("expected the state of this recipe"))
  }

  @Test("A training that diverges says so, and at which step")
  func diverged() throws {
    let model = try TinyModel(gain: .nan)
    let folder = try folder()
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 6 && outcome.errors.contains("step 1: expected a finite loss"))
  }

  @Test("Without a state a training begins anew, unless there are weights that it would overwrite")
  func nothingSaved() throws {
    let model = try TinyModel()
    let folder = try folder()
    let begun = try train(model, into: "out", ["--resume"], in: folder)
    #expect(begun.status == 0 && begun.errors.contains("the training begins anew"))
    let weights = try weights("out", in: folder)
    try FileManager.default.removeItem(atPath: folder.path + "/out/training.safetensors")
    let refused = try train(model, into: "out", ["--resume"], in: folder)
    #expect(refused.status == 4 && refused.errors.contains("expected the state of a training"))
    #expect(try self.weights("out", in: folder) == weights)
  }
}
