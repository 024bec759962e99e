import Support
import T5RankCLI
import Testing

@Suite("Cache options")
struct CacheOptionTests {
  @Test(
    "What makes no sense together is refused",
    arguments: [
      (["--cache-size", "10"], "--cache FILE"), (["--cache", ""], "an empty one"),
      (["--cache", "c", "--cache-size", "0"], "from 1 to"),
      (["search", "--index", "i", "--query", "q", "--cache", "c"], "--stages"),
    ])
  func refused(arguments: [String], words: String) throws {
    try TemporaryFolder.use { folder in
      let run = try ToolRun(arguments, in: folder)
      #expect(run.code == .arguments)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("A cache that no model asks is opened, and nothing is said of it")
  func unused() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in.jsonl")
      let run = try ToolRun(["--cache", folder.path(of: "scores"), input], in: folder)
      #expect(run.code == .done)
      #expect(run.errors.isEmpty)
      #expect(try folder.names() == ["in.jsonl", "scores", "scores-lock"])
    }
  }
}
