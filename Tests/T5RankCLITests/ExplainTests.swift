import Foundation
import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("--explain")
struct ExplainTests {
  private let opener: ModelOpener = { _, _ in
    RankingModel(mode: .mono, reranker: SharedWords())
  }

  @Test("The page appears whole beside the ranking, which stays what it was")
  func page() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("bees fly", ["ants", "bees fly high"]), to: "in")
      let page = folder.path(of: "page.html")
      let plain = try ToolRun([input], in: folder, openModel: opener)
      let run = try ToolRun([input, "--explain", page], in: folder, openModel: opener)
      #expect(run.code == .done && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output == plain.output)
      #expect(try folder.names() == ["in", "page.html"])
      let text = try folder.text(of: "page.html")
      #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
      #expect(text.contains("title=\"+1.00\">bees</mark>"))
      // Each document once, the query's two words for each, the documents' four.
      #expect(text.contains("10 forward passes to explain"))
      #expect(text.contains("<code>t5rank \(input) --explain \(page)</code>"))
    }
  }

  @Test("In the terminal it follows each table, and the number of documents is bounded")
  func terminal() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("bees fly", ["ants", "bees fly high"]), to: "in")
      let run = try ToolRun(
        [input, "--explain=-", "--explain-top=1"], in: folder, openModel: opener)
      #expect(run.code == .done && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.hasPrefix("query 1: bees fly\nrank"))
      #expect(run.output.contains("\nwhy: bees fly\n"))
      #expect(run.output.contains("\n1  id 1  reranker 2.0000\n   [+bees] [+fly]\n"))
      #expect(!run.output.contains("\n2  id") && !run.output.contains("\u{1B}"))
      let apart = try ToolRun(
        [input, "--explain=-", "--format=jsonl", "-o", folder.path(of: "out")], in: folder,
        openModel: opener)
      #expect(apart.code == .done && apart.output.hasPrefix("\nwhy: bees fly\n"))
    }
  }

  @Test("Queries beyond the most are ranked, and not explained; a bad one is left out")
  func many() throws {
    try TemporaryFolder.use { folder in
      let lines = "x\n" + (0..<23).map { requestLine("q\($0) a") }.joined()
      let input = try folder.write(lines, to: "in")
      let run = try ToolRun(
        [input, "--explain", folder.path(of: "page")], in: folder, openModel: opener)
      #expect(run.code == .badInput)
      #expect(run.output.split(separator: "\n").count == 23)
      #expect(run.errors.contains("3 queries were ranked, but not explained"))
      #expect(try folder.text(of: "page").split(separator: "<section").count == 21)
    }
  }

  @Test("A run that ranks nothing, or fails, leaves no page and keeps an old one")
  func fails() throws {
    try TemporaryFolder.use { folder in
      let page = try folder.write("old", to: "page")
      let input = try folder.write("x\n", to: "in")
      #expect(
        try ToolRun([input, "--explain", page], in: folder, openModel: opener).code == .badInput)
      let good = try folder.write(requestLine("1 a") + requestLine("2 a"), to: "good")
      let failing = FakeReranker(before: {
        if $0.text == "2 a" { throw RerankingError.unusableOptions(reason: "r") }
      })
      let run = try ToolRun(
        [good, "--explain", page, "-o", folder.path(of: "out")], in: folder, model: failing)
      #expect(run.code == .arguments)
      #expect(try folder.names() == ["good", "in", "page"])
      #expect(try folder.text(of: "page") == "old")
    }
  }

  @Test("Search explains what its stages re-ranked, with the index's scores")
  func search() throws {
    try TemporaryFolder.use { folder in
      let corpus = try folder.write("a\thoney\nb\tthe honey bees make\nc\tants\n", to: "c")
      let index = folder.path(of: "x")
      #expect(
        try ToolRun(["index", "--corpus", corpus, "--index", index], in: folder).code == .done)
      let search = ["search", "--index", index, "--query", "honey bees", "--explain"]
      let run = try ToolRun(
        search + ["-", "--stages", "bm25:9,mono:2"], in: folder, openModel: opener)
      #expect(run.code == .done && run.errors.isEmpty, "\(run.errors)")
      #expect(run.output.contains("\n1  id b  bm25 "))
      #expect(run.output.contains("  mono 2.0000\n"))
      let alone = try ToolRun(search + ["page"], in: folder, openModel: opener)
      #expect(alone.code == .arguments && alone.errors.contains("--explain: expected --stages"))
    }
  }

  @Test(
    "What cannot be meant is said in one sentence",
    arguments: [
      ["--explain="], ["--explain-top=3"], ["--explain-words=3"], ["--explain=p", "--output=p"],
      ["--explain=-", "--format=jsonl"], ["--explain=p", "--explain-top=0"],
      ["--explain=p", "--explain-top=101"], ["--explain=p", "--explain-words=0"],
    ])
  func refusals(arguments: [String]) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(arguments + [input], in: folder)
      #expect(run.code == .arguments && run.output.isEmpty)
      #expect(run.errors.hasPrefix("t5rank: error: --explain"), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}

/// Counts the document's words that are in the query.
private struct SharedWords: PointwiseScorer, Reranker {
  var scale: ScoreScale { .logit }

  func scores(for pairs: [TextPair]) -> [Double] {
    pairs.map { pair in
      let asked = Set(pair.query.split(separator: " "))
      return Double(pair.document.split(separator: " ").count { asked.contains($0) })
    }
  }

  func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) -> ScoredDocuments {
    let pairs = documents.map { TextPair(query.text, $0.text) }
    return ScoredDocuments(scores: scores(for: pairs), scale: scale)
  }
}
