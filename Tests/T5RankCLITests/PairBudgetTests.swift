import Foundation
import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("The budget of pairs")
struct PairBudgetTests {
  /// 2,450 pairs at the usual depth of 50.
  private let fifty = requestLine("q", (0..<60).map { "\($0)" })

  private func run(
    _ count: Int, _ arguments: [String], mode: RankingMode = .duo
  ) throws -> ToolRun {
    try TemporaryFolder.use { folder in
      let input = try folder.write(String(repeating: fifty, count: count), to: "in")
      return try ToolRun([input] + arguments, in: folder, model: FakeReranker(mode: mode))
    }
  }

  @Test(
    "All queries count together, before the first is ranked",
    arguments: [RankingMode.duo, .monoDuo])
  func wholeRun(mode: RankingMode) throws {
    let within = try run(40, [], mode: mode)
    #expect(within.code == .done && within.output.split(separator: "\n").count == 40)
    let beyond = try run(41, [], mode: mode)
    #expect(beyond.code == .arguments && beyond.output.isEmpty)
    let passes = mode == .duo ? "100,450" : "102,910"
    #expect(
      beyond.errors.hasPrefix(
        "t5rank: error: expected at most 100,000 pairs, found 41 queries with 100,450 pairs "
          + "(\(passes) forward passes, about "), "\(beyond.errors)")
    #expect(beyond.errors.hasSuffix("; add --yes, or lower --depth\n"))
  }

  @Test(
    "More is done on demand, and less needs no leave",
    arguments: [
      ["--yes"], ["--depth=49"], ["--pairs=upper"], ["--depth=1"], ["--strategy=tournament"],
      ["--strategy=quicksort", "--max-pairs=2439"],
    ])
  func accepted(arguments: [String]) throws {
    #expect(try run(41, arguments).code == .done)
  }

  @Test("A strategy counts as the most that it may ask")
  func strategy() throws {
    // 2 · (49 + 9 · 6) pairs a query: 485 queries have 99,910.
    #expect(try run(485, ["--strategy=tournament"]).code == .done)
    #expect(try run(486, ["--strategy=tournament"]).code == .arguments)
    // 41 · 2,440 pairs are just too many.
    #expect(try run(41, ["--strategy=quicksort", "--max-pairs=2440"]).code == .arguments)
  }

  @Test("All pairs take no limit a query")
  func limitOfAll() throws {
    let run = try run(1, ["--max-pairs=10"])
    #expect(run.code == .arguments && run.errors.contains("--strategy other than all"))
  }

  @Test("Modes without pairs have no limit", arguments: [RankingMode.mono, .rank, .cross])
  func pointwise(mode: RankingMode) throws {
    #expect(try run(41, ["--depth=1000"], mode: mode).code == .done)
  }

  @Test("One query alone may be too many: the limit is exact")
  func oneQuery() throws {
    // 316 · 317 = 100,172 and 315 · 316 = 99,540.
    for (count, code) in [(317, ExitCode.arguments), (316, .done)] {
      try TemporaryFolder.use { folder in
        let passages = (0..<count).map { "\($0)\n" }.joined()
        let input = try folder.write(passages, to: "in")
        let run = try ToolRun(
          ["--query=q", "--depth=1000000", input], in: folder, model: FakeReranker(mode: .duo))
        #expect(run.code == code, "\(run.errors)")
      }
    }
  }

  @Test("A run's queries are counted too")
  func trecRun() throws {
    try TemporaryFolder.use { folder in
      let lines = (0..<41).flatMap { query in (0..<50).map { "\(query) Q0 d\($0) 1 1 t\n" } }
      let arguments = try [
        "--run", folder.write(lines.joined(), to: "run"),
        "--queries", folder.write((0..<41).map { "\($0)\tq\n" }.joined(), to: "queries"),
        "--corpus", folder.write((0..<50).map { "d\($0)\t\($0)\n" }.joined(), to: "corpus"),
      ]
      let model = FakeReranker(mode: .duo)
      let run = try ToolRun(arguments, in: folder, model: model)
      #expect(run.code == .arguments && run.errors.contains("41 queries with 100,450 pairs"))
      #expect(try ToolRun(arguments + ["--yes"], in: folder, model: model).code == .done)
    }
  }

  @Test("A search is refused before its first query, if one might have too many pairs")
  func search() throws {
    try TemporaryFolder.use { folder in
      let corpus = try folder.write((0..<400).map { "d\($0)\thoney\n" }.joined(), to: "corpus")
      let index = folder.path(of: "x")
      #expect(
        try ToolRun(["index", "--corpus", corpus, "--index", index], in: folder).code == .done)
      func found(_ arguments: String...) throws -> ToolRun {
        let limit = arguments.contains("--yes") ? Int.max : 100_000
        return try ToolRun(
          ["search", "--index", index, "--query", "honey"] + arguments, in: folder
        ) { _, options in
          #expect(options.maximumPairs == limit)
          return RankingModel(mode: .duo, reranker: FakeReranker())
        }
      }
      // The index has 400 documents, so that there are 400 · 399 pairs.
      for stages in ["duo:400", "duo:1000000", "bm25:1000,mono:9,duo:400"] {
        let refused = try found("--stages", stages)
        #expect(refused.code == .arguments && refused.output.isEmpty)
        #expect(
          refused.errors
            == "t5rank: error: expected at most 100,000 pairs for each query, found up to 159,600; "
            + "add --yes, or lower the depth of duo in --stages\n")
        #expect(try found("--stages", stages, "--yes").code == .done)
      }
      for stages in ["duo:316", "bm25:316,duo:400", "mono:400"] {
        let run = try found("--stages", stages)
        #expect(run.code == .done, "\(run.errors)")
      }
      #expect(try found("--yes").code == .done)
    }
  }

  @Test("A stream is counted as it comes, and ends where the limit would be passed")
  func stream() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.makePipe("pipe")
      let text = String(repeating: fifty, count: 41)
      let writer = Thread {
        signal(SIGPIPE, SIG_IGN)
        // Waits for the reader.
        let handle = FileHandle(forWritingAtPath: path)
        try? handle?.write(contentsOf: Data(text.utf8))
        try? handle?.close()
      }
      writer.start()
      let run = try ToolRun([path], in: folder, model: FakeReranker(mode: .duo))
      #expect(run.code == .arguments)
      #expect(run.output.split(separator: "\n").count == 40)
      #expect(
        run.errors.contains("41: expected at most 100,000 pairs in one run, found more: 98,000"))
    }
  }
}
