import Foundation
import Support
import T5RankCLI
import Testing

@Suite("t5rank index --encoder, and search")
struct EncoderCommandTests {
  static let corpus = """
    {"_id": "a", "text": "the immune system"}
    {"_id": "b", "text": "how do vaccines work"}
    {"_id": "c", "text": "a cat"}

    """

  /// A folder with a model, a corpus and an index of it.
  static func use(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.use { folder in
      try BiEncoderFixture(name: "mean-normalized").assemble(in: folder)
      try folder.write(corpus, to: "corpus.jsonl")
      let made = try runTool(
        [
          "index", "--encoder", folder.path(of: "model"), "--index", folder.path(of: "x"),
          "--corpus", folder.path(of: "corpus.jsonl"), "--threads", "1",
        ], folder.path)
      #expect(made.code == .done && made.messages == "")
      try body(folder)
    }
  }

  @Test("A corpus is embedded, and a document's own text finds it first, in every format")
  func search() throws {
    try Self.use { folder in
      let base = ["search", "--index", folder.path(of: "x"), "--query", "the immune system"]
      let run = try runTool(base + ["--format", "trec"], folder.path).output
      let lines = run.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(lines.count == 3 && lines[0][2] == "a")
      // A unit vector by itself, in fp32.
      #expect(abs(try #require(Double(lines[0][4])) - 1) <= 1e-6)
      #expect(try runTool(base, folder.path).output.contains("how do vaccines work"))
      let request = try runTool(base + ["--format", "jsonl", "-k1"], folder.path).output
      #expect(request.contains("the immune system") && !request.contains("cat"))
    }
  }

  @Test("The model may move, but not change")
  func movedModel() throws {
    try Self.use { folder in
      try FileManager.default.moveItem(
        atPath: folder.path(of: "model"), toPath: folder.path(of: "elsewhere"))
      let base = ["search", "--index", folder.path(of: "x"), "--query", "cat"]
      #expect(try runTool(base, folder.path).code == .missingFile)
      let moved = base + ["--encoder", folder.path(of: "elsewhere")]
      #expect(try runTool(moved, folder.path).code == .done)
      try folder.write(#"{"pooling_mode": "max"}"#, to: "elsewhere/1_Pooling/config.json")
      let changed = try runTool(moved, folder.path)
      #expect(changed.code == .badInput)
      #expect(changed.messages.contains("expected the model that made the index"))
    }
  }

  @Test("Options of the other kind of index are refused")
  func options() throws {
    try Self.use { folder in
      let x = folder.path(of: "x")
      let corpus = folder.path(of: "corpus.jsonl")
      let model = folder.path(of: "model")
      let words = folder.path(of: "words")
      #expect(
        try runTool(["index", "--index", words, "--corpus", corpus, "--threads", "2"], folder.path)
          .code == .done)
      for arguments in [
        ["search", "--index", x, "--query", "cat", "--k1", "1"],
        ["search", "--index", words, "--query", "cat", "--encoder", model],
        ["index", "--index", "y", "--corpus", corpus, "--encoder", model, "--stemmer", "none"],
        ["index", "--index", "y", "--corpus", corpus, "--storage", "F16"],
        ["index", "--index", "y", "--corpus", corpus, "--threads", "0"],
      ] {
        let result = try runTool(arguments, folder.path)
        #expect(result.code == .arguments, "\(arguments)")
        #expect(result.messages.split(separator: "\n").count == 1)
      }
    }
  }
}
