import Foundation
import JSON
import Support
import Testing

/// Exit statuses, and the one sentence that comes with each.
struct FailureTests {
  private func expectFailure(
    _ arguments: [String], input: String = Texts.request(), status: Int32, says words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try Program.run(arguments, input: input)
    #expect(run.status == status, "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    #expect(run.errors.hasPrefix("t5rank: error: "), sourceLocation: sourceLocation)
    #expect(run.errors.split(separator: "\n").count == 1, sourceLocation: sourceLocation)
    for word in words {
      #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation)
    }
  }

  @Test("Arguments that cannot be followed end with 2")
  func arguments() throws {
    try expectFailure(["--mod", "mono"], status: 2, says: "did you mean --mode?")
    try expectFailure(["--mode", "trio"], status: 2, says: "expected one of mono, rank, duo")
    try expectFailure(["--threads", "none"], status: 2, says: "whole number", "none")
    try expectFailure(["--prompt", "monot6"], status: 2, says: "did you mean monot5?")
    let cross = Program.project + "/weights/cross-encoder-mini"
    try expectFailure(["--model", cross, "--mode", "mono"], status: 2, says: "mono")
    let t5 = Program.project + "/weights/t5rank-mini"
    try expectFailure(["--model", t5, "--mode", "cross"], status: 2, says: "cross")
  }

  @Test("More pairs than are likely meant end with 2")
  func tooManyPairs() throws {
    let many = (0..<400).map { "passage \($0)" }
    try expectFailure(
      ["--mode", "duo", "--depth", "400"], input: Texts.request(passages: many), status: 2,
      says: "--yes")
  }

  @Test("Files that are missing end with 4")
  func missingFiles() throws {
    try expectFailure(
      ["nowhere.jsonl", "--mode=mono"], status: 4, says: "nowhere.jsonl", "found no")
    try expectFailure(["--model", "nowhere"], status: 4, says: "nowhere", "found no")
    let folder = try ScratchFolder()
    try expectFailure(["--model", folder.path], status: 4, says: "config.json")
    try expectFailure(["inspect", folder.path], status: 4, says: "config.json")
    try expectFailure(["--prompt", folder.path + "/p.json"], status: 4, says: "p.json")
    let model = try TinyModel()
    try model.remove("model.safetensors")
    try expectFailure(["--model", model.path], status: 4, says: "model.safetensors")
  }

  @Test("Broken models end with 5, to rank as to inspect")
  func brokenModels() throws {
    let incomplete = try TinyModel(isComplete: false)
    let garbled = try TinyModel()
    try garbled.write("{\"model_type\": \"t5\",", to: "config.json")
    let cut = try TinyModel()
    try cut.write("no tensors", to: "model.safetensors")
    for (model, words) in [
      (incomplete, "missing: shared.weight"), (garbled, "config.json"), (cut, "model.safetensors"),
    ] {
      try expectFailure(["--model", model.path], status: 5, says: words)
      try expectFailure(["inspect", model.path], status: 5, says: words)
    }
  }

  @Test("A tiny model ranks, and with NaN among its weights it ends with 5")
  func notFinite() throws {
    let sound = try TinyModel()
    let run = try Program.run(["--model", sound.path], input: Texts.request())
    #expect(run.status == 0, "\(run.errors)")
    let broken = try TinyModel(gain: .nan)
    try expectFailure(
      ["--model", broken.path, "--quiet"], status: 5, says: "expected a finite score",
      "weights are broken")
  }

  @Test("A ColBERT that may leave nothing of a document ends with 5")
  func skippedControlTokens() throws {
    try TemporaryFolder.use { folder in
      let settings = """
        {"query_length": 12, "document_length": 24,
         "skiplist_words": ["[CLS]", "[SEP]", "[D] ", "."]}
        """
      let model = try ColBERTFixture(name: "pylate").assemble(
        in: folder, replacing: ["config_sentence_transformers.json": settings])
      try expectFailure(
        ["--model", model, "--mode", "colbert"], input: Texts.request(passages: ["a cat", "..."]),
        status: 5, says: "control tokens", "[CLS]")
    }
  }

  @Test("A T5 that nobody says how to ask ranks with one note, and without it where someone does")
  func unknownModel() throws {
    let model = try TinyModel()
    let note = "t5rank: \(model.path): no known re-ranker by its name, and no reranker.json in it"
    let arguments = ["--model", model.path]
    for stages in [[], ["--stages=mono:9,duo:2"]] {
      let run = try Program.run(arguments + stages, input: Texts.request())
      #expect(run.status == 0)
      #expect(run.errors.hasPrefix(note) && run.errors.split(separator: "\n").count == 1)
    }
    for telling in ["--quiet", "--prompt=monot5", "--accept-any-model"] {
      #expect(try Program.run(arguments + [telling], input: Texts.request()).errors.isEmpty)
    }
    try model.write(#"{"mode": "mono"}"#, to: "reranker.json")
    #expect(try Program.run(arguments, input: Texts.request()).errors.isEmpty)
  }

  @Test("A plain T5 by its directory's name is refused, in stages too, unless it is accepted")
  func plainModel() throws {
    let model = try TinyModel()
    let folder = try ScratchFolder()
    let path = folder.path + "/t5-small"
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: model.path)
    let words = "found google-t5/t5-small by the directory's name"
    try expectFailure(["--model", path], status: 5, says: words, "--accept-any-model")
    try expectFailure(["--model", path, "--mode", "duo"], status: 5, says: words)
    try expectFailure(["--stages", "rank@\(path):5"], status: 5, says: words)
    let accepted = try Program.run(
      ["--model", path, "--accept-any-model"], input: Texts.request())
    #expect(accepted.status == 0 && accepted.errors.isEmpty)
    let report = try JSONValue(parsing: Program.run(["inspect", path, "--json"]).output)
    #expect(report["known_as"]?.string == "google-t5/t5-small")
    #expect(report["no_reranker"]?.string?.hasPrefix("a language model") == true)
  }

  @Test("A broken request is named by its line, and the others are ranked all the same")
  func brokenRequest() throws {
    let input = Texts.request(id: "a") + "{\"query\": \"x\", \n" + Texts.request(id: "b")
    let run = try Program.run([], input: input)
    #expect(run.status == 5)
    #expect(run.lines.count == 2)
    #expect(run.errors.hasPrefix("t5rank: error: (standard input):2: "), "\(run.errors)")
  }

  @Test("No request at all ends with 5")
  func noRequest() throws {
    try expectFailure([], input: "", status: 5, says: "found none")
  }

  @Test("Results that cannot be written end with 6")
  func unwritable() throws {
    try expectFailure(["--output", "/nowhere/out.jsonl"], status: 6, says: "cannot be written")
    #if os(Linux)
      try expectFailure(["--output", "/dev/full"], status: 6, says: "No space left")
    #endif
  }
}
