import Foundation
import JSON
import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("t5rank rank")
struct RankCommandTests {
  @Test("Passages become a table, requests JSON Lines, runs a run; --format decides otherwise")
  func formats() throws {
    try TemporaryFolder.use { folder in
      let passages = try folder.write("1 low\n\n2 high\n", to: "passages")
      let requests = try folder.write(requestLine(), to: "requests")
      let run = try folder.write("7 Q0 a 1 9 t\n7 Q0 b 2 8 t\n", to: "run")
      let queries = try folder.write("7\tq\n", to: "queries")
      let corpus = try folder.write("a\t1 low\nb\t2 high\n", to: "corpus")
      let runArguments = ["--run", run, "--queries", queries, "--corpus", corpus]
      let table =
        "query 1: q\nrank   score  id  text\n   1  2.0000  3   2 high\n   2  1.0000  1   1 low\n"
      let json =
        #"{"query":{"qid":"1","text":"q"},"candidates":[{"docid":"1","score":2.0,"doc":{"text":"2 high"}},"#
        + #"{"docid":"0","score":1.0,"doc":{"text":"1 low"}}]}"# + "\n"
      let trec = "7 Q0 b 1 2.00000000 t5rank\n7 Q0 a 2 1.00000000 t5rank\n"
      for (arguments, expected) in [
        (["--query", "q", passages], table),
        ([requests], json),
        (runArguments, trec),
        (
          ["--query", "q", passages, "--format=trec", "--tag=x"],
          "1 Q0 3 1 2.00000000 x\n1 Q0 1 2 1.00000000 x\n"
        ),
        (
          [requests, "--format=table", "-k1"],
          "query 1: q\nrank   score  id  text\n   1  2.0000  1   2 high\n"
        ),
        (runArguments + ["--format", "trec", "--top-k", "1"], "7 Q0 b 1 2.00000000 t5rank\n"),
        ([requests, "-o", "-"], json),
      ] {
        let run = try ToolRun(arguments, in: folder)
        #expect(run.output == expected)
        #expect(run.code == .done && run.errors.isEmpty, "\(run.errors)")
      }
    }
  }

  @Test("A bad request among good ones ends with 5, is named with its line, and stops no other")
  func badRequest() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(
        requestLine("one") + "{\"query\":}\n" + requestLine("", ["x"]) + requestLine("four"),
        to: "in")
      for quiet in [[], ["--quiet"]] {
        let run = try ToolRun([input] + quiet, in: folder)
        #expect(run.code == .badInput)
        #expect(
          run.errors == """
            t5rank: error: in:2: column 10: expected a JSON value, found '}'
            t5rank: error: in:3: query 3: expected a query, found an empty one

            """)
        let texts = try run.output.split(separator: "\n").map {
          try JSONValue(parsing: String($0))["query"]?["text"]?.string
        }
        #expect(texts == ["one", "four"])
      }
    }
  }

  @Test("Of very many bad requests the first twenty are named, and the rest counted")
  func manyBadRequests() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(String(repeating: "x\n", count: 1030) + requestLine(), to: "in")
      let run = try ToolRun([input], in: folder)
      #expect(run.code == .badInput && !run.output.isEmpty)
      let lines = run.errors.split(separator: "\n")
      #expect(lines.count == 21)
      #expect(lines.last == "t5rank: error: 1,010 more errors like these")
    }
  }

  @Test("A missing document of a corpus refuses its query alone")
  func missingDocument() throws {
    try TemporaryFolder.use { folder in
      let run = try folder.write("7 Q0 a 1 9 t\n8 Q0 x 2 8 t\n9 Q0 a 1 1 t\n", to: "run")
      let queries = try folder.write("7\tq\n8\tq\n9\tq\n", to: "queries")
      let corpus = try folder.write("a\t1\n", to: "corpus")
      let result = try ToolRun(
        ["--run", run, "--queries", queries, "--corpus", corpus], in: folder)
      #expect(result.code == .badInput)
      #expect(
        result.errors
          == "t5rank: error: run:2: query 8: expected document x in corpus, found none\n")
      #expect(result.output.split(separator: "\n").map { $0.prefix(1) } == ["7", "9"])
    }
  }

  @Test("An identifier that is no column refuses its query for a run, and for nothing else")
  func identifiers() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(
        #"{"query":"q","documents":[{"id":"a b","text":"1"}]}"# + "\n" + requestLine(), to: "in")
      let trec = try ToolRun([input, "--format=trec"], in: folder)
      #expect(trec.code == .badInput && trec.output.hasPrefix("2 Q0 1 1 "))
      #expect(trec.errors.contains("in:1: query 1: expected identifiers without white space"))
      #expect(try ToolRun([input], in: folder).code == .done)
    }
  }

  @Test("What a user should know is said once at the end, and not with --quiet")
  func notes() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write([0x61, 0xFF, 0xFF, 0x0A, 0x62, 0x0A], to: "in")
      let arguments = ["--query=q", "--format=trec", input]
      let model = FakeReranker(shortenedDocuments: 1)
      let run = try ToolRun(arguments, in: folder, model: model)
      #expect(run.code == .done)
      #expect(
        run.errors == """
          t5rank: 2 bytes were not UTF-8 and became U+FFFD (--strict-utf8 refuses them)
          t5rank: 1 document was shortened to fit the token budget
          t5rank: 1 score was lowered, so that scores fall strictly with rank as trec_eval needs

          """)
      #expect(try ToolRun(arguments + ["-q"], in: folder, model: model).errors.isEmpty)
      let strict = try ToolRun(arguments + ["--strict-utf8"], in: folder, model: model)
      #expect(strict.code == .badInput && strict.output.isEmpty)
      #expect(strict.errors.hasPrefix("t5rank: error: in:1: expected UTF-8, found the byte 0xFF"))
    }
  }

  @Test("Options reach the model")
  func options() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun(
        [
          "--model=dir", "--mode=mono-duo", "--prompt=a", "--prompt=b", "--depth=7",
          "--pairs=upper",
          "--aggregation=copeland", "--score=probability", "--truncation=prompt", "--max-tokens=99",
          "--threads=3", "--batch-tokens=512", "--yes",
          "--strategy=sampled", "--strategy-top=3", "--max-pairs=40", input,
        ], in: folder
      ) { path, options in
        #expect(path == "dir")
        #expect(options.mode == .monoDuo && options.prompts == ["a", "b"] && options.depth == 7)
        #expect(options.pairSelection == .upper && options.aggregation == .copeland)
        #expect(options.scale == .probability && options.truncation == .prompt)
        #expect(options.maximumTokens == 99 && options.threads == 3 && options.batchTokens == 512)
        #expect(options.maximumPairs == .max)
        #expect(options.strategy == .sampled && options.strategyTop == 3 && options.pairLimit == 40)
        return RankingModel(mode: .mono, reranker: FakeReranker())
      }
      #expect(run.code == .done)
      let plain = try ToolRun([input], in: folder) { path, options in
        #expect(path == nil && options.mode == nil && options.prompts.isEmpty)
        #expect(options.maximumPairs == 100_000 && options.depth == 50)
        #expect(options.strategy == .all && options.pairLimit == nil)
        return RankingModel(mode: .mono, reranker: FakeReranker())
      }
      #expect(plain.code == .done)
    }
  }

  @Test("Each ranking is written before the next request is there")
  func streams() throws {
    signal(SIGPIPE, SIG_IGN)
    try TemporaryFolder.use { folder in
      let path = try folder.makePipe("in")
      let output = Pipe()
      let writing = output.fileHandleForWriting.fileDescriptor
      // Open for both, so that opening waits for no reader.
      let input = try #require(FileHandle(forUpdatingAtPath: path))
      let result = ResultBox()
      let tool = Thread {
        let console = Console(output: writing, error: writing)
        result.finish(
          CommandLineTool.run([path], console: console, openModel: FakeReranker().opener))
      }
      tool.start()
      for number in 1...3 {
        try input.write(contentsOf: Data(requestLine(String(number)).utf8))
        // One write of the tool is one read here.
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(try JSONValue(parsing: text)["query"]?["text"]?.string == String(number))
      }
      try input.close()
      #expect(result.wait() == .done)
    }
  }

  @Test("A reader that has gone ends the run quietly and well")
  func closedPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine() + requestLine(), to: "in")
      let output = Pipe()
      let errors = Pipe()
      try output.fileHandleForReading.close()
      let console = Console(
        output: output.fileHandleForWriting.fileDescriptor,
        error: errors.fileHandleForWriting.fileDescriptor)
      for arguments in [[input], ["--help"]] {
        #expect(
          CommandLineTool.run(arguments, console: console, openModel: FakeReranker().opener)
            == .done)
      }
      try errors.fileHandleForWriting.close()
      #expect(try errors.fileHandleForReading.readToEnd() == nil)
    }
  }
}

/// A status that another thread will give.
private final class ResultBox: @unchecked Sendable {
  // Sendable stands on the semaphore: the status is read after it was written.
  private let semaphore = DispatchSemaphore(value: 0)
  private var code: ExitCode?

  func finish(_ code: ExitCode) {
    self.code = code
    semaphore.signal()
  }

  func wait() -> ExitCode? {
    semaphore.wait()
    return code
  }
}
