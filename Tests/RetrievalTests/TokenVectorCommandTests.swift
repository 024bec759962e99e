import Foundation
import JSON
import Support
import T5RankCLI
import Testing

@Suite("t5rank with a ColBERT")
struct TokenVectorCommandTests {
  private static let corpus = """
    {"_id": "a", "text": "the immune system"}
    {"_id": "b", "title": "vaccine", "text": "how do vaccines work"}
    {"_id": "c", "text": "a cat"}

    """
  private static let query = ["--query", "how does the immune system work", "--format", "trec"]

  /// A folder with a model, a corpus, an index for BM25 and one of token vectors.
  private static func use(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.use { folder in
      try ColBERTFixture(name: "colbert-ai").assemble(in: folder)
      try folder.write(corpus, to: "corpus.jsonl")
      let index = ["index", "--corpus", folder.path(of: "corpus.jsonl")]
      for more in [
        ["--index", folder.path(of: "words")],
        ["--index", folder.path(of: "x"), "--encoder", folder.path(of: "model")],
      ] {
        let made = try runTool(index + more, folder.path)
        #expect(made.code == .done && made.messages == "", "\(made.messages)")
      }
      try body(folder)
    }
  }

  private static func search(_ folder: TemporaryFolder, _ more: [String] = []) throws -> ToolRun {
    try runTool(
      ["search", "--index", folder.path(of: "words"), "--stages", "colbert:3"]
        + ["--model", folder.path(of: "model")] + query + more, folder.path)
  }

  private typealias ToolRun = (code: ExitCode, output: String, messages: String)

  @Test("A corpus' vectors re-rank what is found, to the same scores and without a word")
  func stages() throws {
    try Self.use { folder in
      let plain = try Self.search(folder)
      #expect(plain.code == .done && plain.output.split(separator: "\n").count == 2)
      let stored = try Self.search(folder, ["--vectors", folder.path(of: "x")])
      #expect(stored.code == .done && stored.messages == "", "\(stored.messages)")
      #expect(stored.output == plain.output)
    }
  }

  @Test("Vectors of another budget and other special tokens than usual are used, too")
  func settingsOfVectors() throws {
    try Self.use { folder in
      let vectors = folder.path(of: "y")
      let made = try runTool(
        [
          "index", "--corpus", folder.path(of: "corpus.jsonl"), "--index", vectors, "--encoder",
          folder.path(of: "model"), "--max-tokens", "20", "--special-tokens", "recognized",
        ], folder.path)
      #expect(made.code == .done, "\(made.messages)")
      let stored = try Self.search(folder, ["--vectors", vectors])
      #expect(stored.code == .done && stored.messages == "", "\(stored.messages)")
      // The texts have less than 20 tokens and spell no control token.
      #expect(try stored.output == Self.search(folder).output)
    }
  }

  @Test("rank finds documents by their identifiers, and says which it had to compute")
  func rank() throws {
    try Self.use { folder in
      let request = """
        {"query": "cat", "documents": [{"id": "a", "text": "the immune system"},
         {"id": "b", "text": "vaccine how do vaccines work"}, {"id": "c", "text": "a dog"}]}
        """.replacingOccurrences(of: "\n", with: "")
      let input = try folder.write(request + "\n", to: "requests.jsonl")
      let rank = ["--mode", "colbert", "--model", folder.path(of: "model"), input]
      let plain = try runTool(rank, folder.path)
      let stored = try runTool(rank + ["--vectors", folder.path(of: "x")], folder.path)
      #expect(stored.output == plain.output && plain.code == .done)
      #expect(
        stored.messages.contains(
          "1 document had no vectors in --vectors, or those of another text; theirs were computed"),
        "\(stored.messages)")
    }
  }

  @Test("What does not go together is refused in one line")
  func refusals() throws {
    try Self.use { folder in
      let x = folder.path(of: "x")
      let model = folder.path(of: "model")
      let words = folder.path(of: "words")
      let corpus = folder.path(of: "corpus.jsonl")
      for (arguments, found) in [
        (["search", "--index", x, "--query", "cat"], "expected an index to search"),
        (["search", "--index", words, "--query", "cat", "--vectors", x], "expected --stages"),
        (
          ["search", "--index", words, "--query", "cat", "--stages", "mono:3", "--vectors", x],
          "expected a stage of mode colbert"
        ),
        (
          ["--query", "cat", "--mode", "colbert", "--model", model, "--vectors", words, corpus],
          "expected the header of a t5rank-token-vectors index"
        ),
        (
          ["--query", "cat", "--mode", "colbert", corpus],
          "--mode colbert: expected --model DIR, as no ColBERT comes with the program"
        ),
        (
          ["--query", "cat", "--mode", "cross", "--model", model, corpus],
          "expected a cross-encoder for mode cross, found a ColBERT in"
        ),
        (
          [
            "index", "--index", folder.path(of: "y"), "--corpus", corpus, "--encoder", model,
            "--document-prompt", "x",
          ], "expected a bi-encoder, found a ColBERT"
        ),
        (["convert", model, "-o", folder.path(of: "y")], "found a ColBERT in"),
      ] {
        let run = try runTool(arguments, folder.path)
        #expect(run.code != .done && run.messages.contains(found), "\(run.messages)")
        #expect(run.messages.split(separator: "\n").count == 1)
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path(of: "y")))
    }
  }

  @Test("inspect names the mode and the vectors")
  func inspect() throws {
    try TemporaryFolder.use { folder in
      for name in ["colbert-ai", "pylate"] {
        let model = try ColBERTFixture(name: name).assemble(in: folder, as: name)
        let run = try runTool(["inspect", model, "--json"], folder.path)
        let report = try JSONValue(parsing: run.output)
        #expect(report["default_mode"]?.string == "colbert" && report["score"]?.string == "max-sim")
        #expect(report["architecture"]?["vector_width"]?.int == 16)
      }
    }
  }
}
