import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("Options that nothing would read")
struct UnusedOptionTests {
  static let modesWithoutPairs = ["mono", "rank", "cross", "colbert"]

  private func expectRefusal(
    _ arguments: [String], model: FakeReranker = FakeReranker(), says words: String
  ) throws {
    try TemporaryFolder.use { folder in
      // Only rank takes files; where it is meant, its name is left out.
      let input =
        try arguments.first?.hasPrefix("--") == true
        ? [folder.write(requestLine(), to: "in")] : []
      let run = try ToolRun(arguments + input, in: folder, model: model)
      #expect(run.code == .arguments && run.output.isEmpty, "\(arguments)")
      #expect(run.errors == "t5rank: error: \(words)\n")
    }
  }

  @Test("A weight of mono is refused in all modes but mono-duo, whoever names the mode")
  func monoWeight() throws {
    for mode in Self.modesWithoutPairs + ["duo"] {
      try expectRefusal(
        ["--mode=\(mode)", "--mono-weight=0.5"],
        says: "--mono-weight: expected --mode mono-duo beside it, found \(mode)")
    }
    try expectRefusal(
      ["--mono-weight=0.5"], model: FakeReranker(mode: .duo),
      says: "--mono-weight: expected --mode mono-duo beside it, found duo")
    try expectRefusal(
      ["--stages=mono:9,duo:2", "--mono-weight=0.5"],
      says: "--stages: expected no --mono-weight beside it, found one")
  }

  @Test("A search without stages has no model to accept")
  func search() throws {
    try expectRefusal(
      ["search", "--index=x", "--query=q", "--accept-any-model"],
      says: "--accept-any-model: expected --stages, which score documents, found none")
  }

  @Test(
    "The same options may be given in every mode",
    arguments: [
      ["--depth=2"], ["--mode=duo", "--depth=2", "--pairs=upper", "--aggregation=min"],
      ["--mode=mono-duo", "--mono-weight=0.5"], ["--mono-weight=0.5"], ["--mode=mono", "--yes"],
      ["--mode=mono", "--depth=2", "--aggregation=sum", "--strategy=swiss"],
      ["--strategy=sampled", "--aggregation=copeland"],
      ["--strategy=all", "--aggregation=copeland"], ["--mode=cross", "--truncation=document"],
      ["--stages=mono:9,duo:2", "--aggregation=min"], ["--stages=mono:9", "--yes"],
      ["--stages=colbert:9,cross:2", "--truncation=document"],
    ])
  func accepted(arguments: [String]) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(arguments + [input], in: folder, model: FakeReranker(mode: .monoDuo))
      #expect(run.code == .done, "\(run.errors)")
    }
  }
}
