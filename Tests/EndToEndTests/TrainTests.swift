import Checkpoints
import Foundation
import JSON
import Support
import Testing

/// `t5rank train`, as its users run it.
@Suite struct TrainTests {
  /// Queries whose relevant passage repeats their word.
  private static let examples = (0..<24).map { number -> String in
    let words = ["apple", "river", "engine", "violin", "castle", "desert"]
    let (mine, other) = (words[number % 6], words[(number + 1 + number / 6) % 6])
    return """
      {"query": "\(mine) \(number)", "positive": "all about the \(mine)", \
      "negatives": ["nothing but the \(other)", "a text on \(other)"], "scores": [3, -1, -2]}
      """
  }.joined(separator: "\n")

  private static func recipe(steps: Int = 12, more: String = "") -> String {
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

  private func folder(_ recipe: String = Self.recipe()) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(Self.examples + "\n", to: "examples.jsonl")
    try folder.write(recipe, to: "recipe.json")
    return folder
  }

  private func train(
    _ model: TinyModel, into output: String, _ more: [String] = [], in folder: ScratchFolder
  ) throws -> Program.Outcome {
    try Program.run(
      ["train", "--recipe", "recipe.json", "--model", model.path, "--output", output] + more,
      in: folder)
  }

  private func weights(_ output: String, in folder: ScratchFolder) throws -> [UInt8] {
    try [UInt8](
      Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(output)/model.safetensors")))
  }

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
    var isFirst = true
    while true {
      let arguments =
        ["train", "--recipe", "recipe.json", "--model", model.path, "--output", "parts", "-q"]
        + (isFirst ? [] : ["--resume"])
      let program = try RunningProgram(arguments, in: folder)
      if kills < 4 {
        usleep(UInt32.random(in: 100_000...500_000, using: &random))
        program.send(SIGKILL)
        kills += 1
      }
      if program.status() == 0 { break }
      // Killed before the first save there is nothing to resume.
      isFirst = !FileManager.default.fileExists(
        atPath: "\(folder.path)/parts/training.safetensors")
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
    let near = try loss("tested", in: folder) - loss("plain", in: folder)
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
      let log = try folder.read("\(precision)/training.jsonl")
      let part = try #require(log.range(of: "\"loss\":").map { log[$0.upperBound...] })
      losses.append(try #require(Double(part.prefix { "-.0123456789e".contains($0) })))
    }
    #expect(losses[0] != losses[1])
    #expect(abs(losses[0] - losses[1]) < 0.02, "\(losses)")
  }

  /// The last validation's.
  private func loss(_ output: String, in folder: ScratchFolder) throws -> Double {
    let log = try folder.read("\(output)/training.jsonl")
    let line = try #require(log.split(separator: "\n").last { $0.contains("\"validation\"") })
    let part = try #require(line.range(of: "\"loss\":").map { line[$0.upperBound...] })
    return try #require(Double(part.prefix { "-.0123456789e".contains($0) }))
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
    "What a recipe says wrongly is named with its place",
    arguments: [
      ("\"steps\": 12", "\"steps\": 0", "steps: expected"),
      ("\"data\": \"examples.jsonl\", \"steps\"", "\"steps\"", "tasks[2]"),
      (
        "\"data\": \"examples.jsonl\", \"steps\"", "\"data\": [], \"steps\"",
        "data: expected a source"
      ),
      ("\"mode\": \"rank\"", "\"mode\": \"tank\"", "tasks[1].mode: expected one of"),
      ("\"listwise\": 1", "\"lustwise\": 1", "tasks[0].losses.lustwise"),
      ("\"rate\": 0.01", "\"rate\": -1", "optimizer.rate: expected"),
      ("\"pairs\": 2", "\"pairs\": 2, \"losses\": {\"listwise\": 1}", "tasks[2].losses: expected"),
      ("\"dropout\": 0.1", "\"dropout\": 1", "dropout: expected"),
      ("\"dropout\": 0.1", "\"precision\": \"int8\"", "precision: expected one of fp32, bf16"),
      ("\"mode\": \"duo\"", "\"mode\": \"cross\"", "found both"),
      ("\"listwise\": 1", "\"margin-mse\": 1", "tasks[0].losses.margin-mse: expected a teacher"),
      ("\"dropout\": 0.1", "\"freeze\": [\"encodr.\"]", "freeze: expected the beginning"),
      ("\"dropout\": 0.1", "\"freeze\": [\"\"]", "expected a parameter that is learnt"),
      ("\"beta2\": 0.95", "\"rates\": {\"x\": 1}", "optimizer.rates: expected the beginning"),
      ("\"beta2\": 0.95", "\"epsilon\": 0", "optimizer.epsilon: expected"),
      ("\"max_tokens\": 48", "\"max_tokens\": 1", "tasks[2]: expected a budget of at least"),
      ("\"data\": \"examples.jsonl\", \"steps\"", "\"data\": \"-\", \"steps\"", "found -"),
    ])
  func refusals(good: String, bad: String, message: String) throws {
    let model = try TinyModel()
    let folder = try folder(Self.recipe().replacingOccurrences(of: good, with: bad))
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 2, "\(outcome.status)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test(
    "A BERT's states are learnt beside ranking, and are nearly a BERT's own already",
    arguments: [("mono", "t5rank-mini", 0.3...0.6), ("cross", "cross-encoder-mini", 0.8...1)])
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

  @Test("A recipe that is not there, or is no JSON, is named with what was expected")
  func recipeFile() throws {
    let model = try TinyModel()
    let folder = try folder("{")
    let damaged = try train(model, into: "out", in: folder)
    #expect(damaged.status == 5 && damaged.errors.contains("recipe.json: expected JSON"))
    let missing = try Program.run(
      ["train", "--recipe", "none.json", "--model", model.path, "--output", "out"], in: folder)
    #expect(missing.status == 4 && missing.errors.contains("none.json: expected a recipe"))
  }

  @Test("A line that cannot be learnt from ends the training before it begins")
  func badData() throws {
    let model = try TinyModel()
    let folder = try folder()
    try folder.write(Self.examples + "\n{\"query\": 3}\n", to: "examples.jsonl")
    let outcome = try train(model, into: "out", in: folder)
    #expect(outcome.status == 5 && outcome.errors.contains("examples.jsonl:25"))
  }

  @Test("Data that teach nothing are refused with what is missing")
  func emptyData() throws {
    let model = try TinyModel()
    let folder = try folder()
    let pairs = (0..<6).map { "{\"query\": \"q\($0)\", \"positive\": \"p\($0)\"}\n" }.joined()
    try folder.write(pairs, to: "examples.jsonl")
    let alone = try train(model, into: "out", in: folder)
    #expect(alone.status == 5 && alone.errors.contains("t5rank mine finds negatives"))
    try folder.write(
      Self.examples.replacingOccurrences(of: ", \"scores\": [3, -1, -2]", with: ""),
      to: "examples.jsonl")
    let unscored = try train(model, into: "out", in: folder)
    #expect(unscored.status == 5 && unscored.errors.contains("teacher of tasks[1]"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }

  @Test("Budgets beyond a BERT's positions are refused, its own and its teacher's")
  func budgets() throws {
    let weights = "\(Program.project)/weights"
    let small = "\(Program.project)/Tests/Fixtures/cross-encoders/bert-saved"
    let teacher = "\"teacher_model\": \"\(weights)/cross-encoder-mini\""
    for (model, task, positions) in [
      (small, "{\"mode\": \"cross\", \"max_tokens\": 100}", 64),
      (
        "\(weights)/cross-encoder-mini", "{\"mode\": \"states\", \"max_tokens\": 513, \(teacher)}",
        512
      ),
      // The teacher of a T5 reads a [CLS] more.
      ("\(weights)/t5rank-mini", "{\"mode\": \"states\", \"max_tokens\": 512, \(teacher)}", 511),
    ] {
      let folder = try folder(
        "{\"tasks\": [\(task)], \"data\": \"examples.jsonl\", \"steps\": 1}")
      let outcome = try Program.run(
        ["train", "--recipe", "recipe.json", "--model", model, "--output", "out"], in: folder)
      #expect(outcome.status == 2, "\(outcome.errors)")
      #expect(
        outcome.errors.contains("tasks[0]: max_tokens: expected at most \(positions)"),
        "\(outcome.errors)")
    }
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
    try folder.write("x", to: "out/training.safetensors.1a.tmp")
    #expect(try train(model, into: "out", ["-q"], in: folder).status == 0)
    #expect(
      !FileManager.default.fileExists(atPath: folder.path + "/out/training.safetensors.1a.tmp"))
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
}
