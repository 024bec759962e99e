import JSON
import RankingCore
import Reranking
import Support
import Synchronization
import T5RankCLI
import Testing

@Suite("--stages")
struct StagesTests {
  @Test("Documents have their stage and its scores, and a run falls through all stages")
  func rank() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("q", ["1", "3", "2", "9"]), to: "in")
      let opened = Mutex<[String]>([])
      let opener: ModelOpener = { path, options in
        opened.withLock {
          $0.append("\(path ?? "-") \(options.mode?.rawValue ?? "") \(options.depth)")
        }
        return RankingModel(mode: .mono, reranker: FakeReranker())
      }
      let arguments = ["--stages=mono:3,duo@dir:2", "--model=m", input]
      let json = try ToolRun(arguments, in: folder, openModel: opener)
      #expect(json.code == .done && json.errors.isEmpty, "\(json.errors)")
      #expect(opened.withLock { $0 } == ["m mono 3", "dir duo 2"])
      let candidates = try #require(try JSONValue(parsing: json.output)["candidates"]?.array)
      #expect(
        candidates.map { $0.serialized() } == [
          #"{"docid":"1","score":3.0,"doc":{"text":"3"},"stage":"duo","stage_scores":{"mono":3.0,"duo":3.0}}"#,
          #"{"docid":"2","score":2.0,"doc":{"text":"2"},"stage":"duo","stage_scores":{"mono":2.0,"duo":2.0}}"#,
          #"{"docid":"0","score":1.0,"doc":{"text":"1"},"stage":"mono","stage_scores":{"mono":1.0}}"#,
          #"{"docid":"3","score":-3.0,"doc":{"text":"9"}}"#,
        ])
      let trec = try ToolRun(arguments + ["--format=trec"], in: folder, openModel: opener)
      let columns = trec.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(columns.map { $0[2] } == ["1", "2", "0", "3"])
      let scores = columns.compactMap { Double($0[4]) }
      #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 })
    }
  }

  @Test("Of two stages of one mode the later one has a number")
  func repeated() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(["--stages=mono:9,mono@big:1", input], in: folder)
      #expect(run.output.contains(#""stage_scores":{"mono":2.0,"mono-2":2.0}"#))
    }
  }

  @Test("Search begins with the index, and the stages re-rank what it found")
  func search() throws {
    try TemporaryFolder.use { folder in
      let corpus = try folder.write("a\t1 honey\nb\t5 honey honey\nc\t9 honey\nd\tants\n", to: "c")
      let index = folder.path(of: "x")
      #expect(
        try ToolRun(["index", "--corpus", corpus, "--index", index], in: folder).code == .done)
      let search = ["search", "--index", index, "--query", "honey"]
      let found = try ToolRun(
        search + ["--stages", "bm25:3,mono:2", "--format", "jsonl"], in: folder)
      #expect(found.code == .done && found.errors.isEmpty, "\(found.errors)")
      let candidates = try #require(try JSONValue(parsing: found.output)["candidates"]?.array)
      #expect(candidates.map { $0["docid"]?.string } == ["b", "a", "c"])
      #expect(candidates.map { $0["stage"]?.string } == ["mono", "mono", "bm25"])
      #expect(candidates[0]["stage_scores"]?["mono"]?.double == 5)
      #expect(candidates[0]["stage_scores"]?["bm25"]?.double ?? 0 > 0)
      let all = try ToolRun(
        search + ["--stages", "mono:3", "--format", "trec", "-k1"], in: folder)
      #expect(all.output.hasPrefix("1 Q0 c 1 9.0") && all.output.split(separator: "\n").count == 1)
      let wrong = try ToolRun(search + ["--stages", "encoder:3,mono:2"], in: folder)
      #expect(wrong.code == .arguments && wrong.output.isEmpty)
    }
  }

  @Test("Search says what rank says of its input, its texts and its scores")
  func notes() throws {
    try TemporaryFolder.use { folder in
      let corpus = try folder.write("a\t1 honey\nb\t1 honey\n", to: "c")
      let index = folder.path(of: "x")
      _ = try ToolRun(["index", "--corpus", corpus, "--index", index], in: folder)
      let queries = try folder.write(Array("q\thoney ".utf8) + [0xFF, 0x0A], to: "q")
      let arguments = ["search", "--index", index, "--queries", queries, "--stages", "mono:9"]
      let model = FakeReranker(shortenedDocuments: 1)
      let run = try ToolRun(arguments, in: folder, model: model)
      #expect(run.code == .done && run.output.split(separator: "\n").count == 2)
      #expect(
        run.errors == """
          t5rank: 1 byte was not UTF-8 and became U+FFFD (--strict-utf8 refuses them)
          t5rank: 1 document was shortened to fit the token budget
          t5rank: 1 score was lowered, so that scores fall strictly with rank as trec_eval needs

          """)
      #expect(try ToolRun(arguments + ["-q"], in: folder, model: model).errors.isEmpty)
    }
  }

  @Test(
    "What cannot be meant is said in one sentence",
    arguments: [
      "", "mono", "mono:0", "mono:x", "mono:", ":5", "mono:5,", "mono@:5", "bert:5", "mono-duo:5",
      "bm25:5", "bm25:5,mono:5", "mono:5,bm25:5",
    ])
  func refusals(list: String) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(["--stages", list, input], in: folder)
      #expect(run.code == .arguments && run.output.isEmpty)
      #expect(run.errors.hasPrefix("t5rank: error: --stages: expected "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("Modes and depths stand in the list alone, and pairs of its duo are counted")
  func limits() throws {
    try TemporaryFolder.use { folder in
      let documents = (0..<400).map { "\($0)" }
      let input = try folder.write(requestLine("q", documents), to: "in")
      for option in ["--mode=mono", "--depth=4"] {
        let run = try ToolRun(["--stages=mono:2", option, input], in: folder)
        #expect(run.code == .arguments)
      }
      let many = try ToolRun(["--stages=mono:400,duo:400", input], in: folder)
      #expect(many.code == .arguments)
      #expect(many.errors.contains("159,600 pairs (160,000 forward passes"))
      #expect(try ToolRun(["--stages=mono:400,duo:20", input], in: folder).code == .done)
    }
  }
}
