import Foundation
import JSON
import Support
import Testing

/// `t5rank convert`.
struct ConvertTests {
  /// A folder with texts whose pieces are to be kept.
  private func folder() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(Texts.request(), to: "texts.jsonl")
    return folder
  }

  private func convert(
    _ model: String, _ more: [String] = [], in folder: ScratchFolder,
    variables: [String: String] = [:]
  ) throws -> Program.Outcome {
    try Program.run(
      ["convert", model, "--output", "out"] + more, in: folder, variables: variables)
  }

  /// Scores and order of the texts.
  private func ranking(_ model: String) throws -> String {
    let run = try Program.run(["--model", model, "--quiet"], input: Texts.request())
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  /// How many tokens a model's tokenizer has.
  private func pieces(_ model: String) throws -> Int {
    let count = try report(model)["tokenizer"]?["pieces"]?.int
    return try #require(count)
  }

  private func report(_ model: String) throws -> JSONValue {
    let run = try Program.run(["inspect", model, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    return try JSONValue(parsing: run.output)
  }

  @Test(
    "With a smaller vocabulary a model of any family gives the same scores, to the last digit",
    arguments: CuttableModel.Family.allCases)
  func vocabulary(family: CuttableModel.Family) throws {
    let model = try CuttableModel(family)
    let folder = try folder()
    let run = try convert(model.path, ["--vocabulary", "texts.jsonl"], in: folder)
    try #require(run.status == 0, "\(run.errors)")
    let smaller = folder.path + "/out"
    let found = try ranking(smaller)
    #expect(try found == ranking(model.path))
    #expect(try pieces(smaller) < pieces(model.path))
  }

  @Test(
    "A vocabulary that cannot be cut is named, and nothing is written",
    arguments: [
      "cross-encoders/bert-saved", "cross-encoders/xlm-roberta-sentencepiece", "families/byt5",
    ])
  func otherVocabulary(name: String) throws {
    let folder = try folder()
    let model = "\(Program.project)/Tests/Fixtures/\(name)"
    let run = try convert(model, ["--vocabulary", "texts.jsonl"], in: folder)
    #expect(run.status == 2)
    #expect(run.errors.contains("expected a vocabulary in vocab.txt or spiece.model"))
    #expect(run.errors.contains(model), "\(run.errors)")
    #expect(try folder.names() == ["texts.jsonl"])
  }

  @Test("What a directory's name says about a checkpoint is kept under another name")
  func knownName() throws {
    let model = try TinyModel()
    let folder = try ScratchFolder()
    let known = folder.path + "/mt5-base-mmarco-v2"
    try FileManager.default.createSymbolicLink(atPath: known, withDestinationPath: model.path)
    let run = try convert(known, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    let manifest = try JSONValue(parsing: folder.read("out/reranker.json"))
    let expected: JSONValue = [
      "mode": "mono", "prompts": ["mono": "monot5-yes-no"], "max_tokens": 512,
    ]
    #expect(manifest == expected)
    let prompts = try report(folder.path + "/out")["prompts"]
    #expect(prompts?[0]?["name"]?.string == "monot5-yes-no")
    let found = try ranking(folder.path + "/out")
    #expect(try found == ranking(known))
    #expect(try found != ranking(model.path), "the name decides about the labels")
  }

  @Test("A model in the hub's cache is found by its name, and one that is not says how to fetch it")
  func hubName() throws {
    let model = try TinyModel()
    let cache = try ScratchFolder()
    let folder = try ScratchFolder()
    let snapshots = cache.path + "/models--owner--model/snapshots"
    try FileManager.default.createDirectory(
      atPath: snapshots, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(snapshots)/\(HubServer.commit)", withDestinationPath: model.path)
    let variables = ["HF_HUB_CACHE": cache.path]
    let missing = try convert("owner/other", in: folder, variables: variables)
    #expect(missing.status == 4)
    #expect(missing.errors.contains("t5rank fetch owner/other"), "\(missing.errors)")
    let run = try convert("owner/model", in: folder, variables: variables)
    try #require(run.status == 0, "\(run.errors)")
    let found = try ranking(folder.path + "/out")
    #expect(try found == ranking(model.path))
  }

  @Test("A file of JSON that is broken is named")
  func brokenFile() throws {
    let model = try TinyModel()
    try model.write(#"{"a": }"#, to: "generation_config.json")
    let folder = try folder()
    let run = try convert(model.path, ["--vocabulary", "texts.jsonl"], in: folder)
    #expect(run.status == 5)
    #expect(
      run.errors.contains("\(model.path)/generation_config.json: expected JSON"), "\(run.errors)")
    #expect(try folder.names() == ["texts.jsonl"])
  }

  @Test("A second interrupt ends it at once, and leaves nothing either")
  func interruptedTwice() throws {
    let folder = try ScratchFolder()
    let program = try RunningProgram(
      ["convert", Program.project + "/weights/t5rank-mini", "--dtype", "F32", "-o", "out"],
      in: folder)
    while try !isWritingWeights(folder) {
      let isRunning = program.isRunning
      try #require(isRunning)
      usleep(500)
    }
    // Two of one kind could arrive as one.
    program.send(SIGINT)
    program.send(SIGTERM)
    let status = program.status()
    #expect(status == 130 || status == 143)
    #expect(try folder.names().isEmpty)
  }

  /// Whether the weights' file has begun in the unfinished directory, and its name was handed on.
  private func isWritingWeights(_ folder: ScratchFolder) throws -> Bool {
    try folder.names().contains { name in
      // It may be gone meanwhile.
      let path = "\(folder.path)/\(name)"
      let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      return files.filter { $0.hasPrefix("model.safetensors.") }.contains { file in
        let size = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(file)")[.size]
        return size as? Int ?? 0 > 5_000_000
      }
    }
  }
}
