import JSON
import RankingCore
import Reranking
import Support
import Synchronization
import T5RankCLI
import Testing

@Suite("--fuse and --passages")
struct FusionOptionsTests {
  /// Identifiers with their fused scores.
  private func ranking(_ json: String) throws -> [String] {
    let candidates = try #require(try JSONValue(parsing: json)["candidates"]?.array)
    return candidates.map {
      "\($0["docid"]?.string ?? "") \($0["score"]?.double ?? .nan) "
        + ($0["stage_scores"]?.serialized() ?? "-")
    }
  }

  @Test("Stages are fused by ranks or by scores, and what came without scores has no part")
  func rank() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("q", ["1", "3", "2", "9"]), to: "in")
      let rrf = try ToolRun(
        ["--stages=mono:3,rank:2", "--fuse=rrf", "--fuse-k=1", input], in: folder)
      #expect(rrf.code == .done && rrf.errors.isEmpty, "\(rrf.errors)")
      #expect(
        try ranking(rrf.output) == [
          #"1 1.0 {"mono":3.0,"rank":3.0}"#, #"2 \#(2.0 / 3) {"mono":2.0,"rank":2.0}"#,
          #"0 0.25 {"mono":1.0}"#, "3 -3.0 -",
        ])
      let linear = try ToolRun(
        ["--stages=mono:3,rank:2", "--fuse=linear", "--fuse-weights=1,3", input], in: folder)
      #expect(
        try ranking(linear.output).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
          == ["1 1.0", "2 0.125", "0 0.0", "3 -3.0"])
    }
  }

  @Test("Scores that candidates came with are the first stage, named given")
  func given() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(
        #"{"query":"q","candidates":[{"docid":"a","score":9,"doc":"1"},"#
          + #"{"docid":"b","score":5,"doc":"2"},{"docid":"c","score":1,"doc":"3"}]}"#, to: "in")
      let run = try ToolRun(["--stages=mono:2", "--fuse=linear", input], in: folder)
      #expect(
        try ranking(run.output) == [
          #"b 0.75 {"given":5.0,"mono":2.0}"#, #"a 0.5 {"given":9.0,"mono":1.0}"#,
          #"c 0.0 {"given":1.0}"#,
        ])
      let plain = try ToolRun(["--stages=mono:2", "--fuse=none", input], in: folder)
      #expect(!plain.output.contains("given"))
    }
  }

  @Test("In search the index is the first stage")
  func search() throws {
    try TemporaryFolder.use { folder in
      let corpus = try folder.write("a\t1 honey\nb\t5 honey honey\nc\t9 honey\n", to: "c")
      let index = folder.path(of: "x")
      _ = try ToolRun(["index", "--corpus", corpus, "--index", index], in: folder)
      let found = try ToolRun(
        [
          "search", "--index", index, "--query", "honey", "--stages", "bm25:3,mono:2", "--fuse",
          "rrf", "--format", "jsonl",
        ], in: folder)
      #expect(found.code == .done, "\(found.errors)")
      let expected = ["b \(1.0 / 61 + 1.0 / 61)", "a \(1.0 / 62 + 1.0 / 62)", "c \(1.0 / 63)"]
      #expect(
        try ranking(found.output).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
          == expected)
    }
  }

  @Test("Windows are asked of the model, and of stages that score documents by themselves")
  func windows() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let asked = Mutex<[String]>([])
      let opener: ModelOpener = { _, options in
        let size = options.windowTokens ?? 0
        asked.withLock { $0.append("\(options.passages) \(size) \(options.windowStride ?? 0)") }
        return RankingModel(mode: .mono, reranker: FakeReranker())
      }
      let windows = ["--passages=top2", "--window=90", "--stride=30", input]
      #expect(try ToolRun(windows, in: folder, openModel: opener).code == .done)
      #expect(
        try ToolRun(["--stages=mono:2,duo:2"] + windows, in: folder, openModel: opener).code
          == .done)
      #expect(asked.withLock { $0 } == ["top2 90 30", "top2 90 30", "first 90 30"])
    }
  }

  @Test(
    "What cannot be meant is said in one sentence",
    arguments: [
      ("--fuse", ["--fuse=rrf"]), ("--fuse-k", ["--fuse-k=1"]),
      ("--fuse-k", ["--stages=mono:2", "--fuse=linear", "--fuse-k=1"]),
      ("--fuse-k", ["--stages=mono:2", "--fuse=rrf", "--fuse-k=-1"]),
      ("--fuse-weights", ["--stages=mono:2", "--fuse=rrf", "--fuse-weights=1"]),
      ("--fuse-weights", ["--stages=mono:2", "--fuse=linear", "--fuse-weights=1,2,3"]),
      ("--fuse-weights", ["--stages=mono:2", "--fuse=linear", "--fuse-weights=-1"]),
      ("--fuse-weights", ["--stages=mono:2", "--fuse=linear", "--fuse-weights=0"]),
      ("--fuse-weights", ["--stages=mono:2", "--fuse=linear", "--fuse-weights=1,"]),
      ("--window", ["--window=90"]), ("--stride", ["--passages=first", "--stride=9"]),
      ("--stride", ["--passages=max", "--window=9", "--stride=10"]),
      ("--passages", ["--passages=max", "--mode=duo"]),
      ("--passages", ["--passages=max", "--stages=duo:2"]),
    ])
  func refusals(option: String, arguments: [String]) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(arguments + [input], in: folder)
      #expect(run.code == .arguments && run.output.isEmpty)
      #expect(run.errors.hasPrefix("t5rank: error: \(option): expected "), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
