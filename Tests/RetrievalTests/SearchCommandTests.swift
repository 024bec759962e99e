import Foundation
import RankingCore
import RankingFormats
import T5RankCLI
import Testing

@Suite("t5rank index and search")
struct SearchCommandTests {
  @Test("A BEIR folder is indexed, and its queries make a TREC run")
  func beirFolder() throws {
    try withTemporaryFolder { folder in
      try writeCollection(folder)
      #expect(
        try runTool(["index", "--corpus", folder, "--index", "\(folder)/x"], folder).code == .done)
      let found = try runTool(
        ["search", "--index", "\(folder)/x", "--queries", folder, "-k1"], folder)
      #expect(found.code == .done)
      let columns = found.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(columns.map { $0[0] } == ["q1", "q2"])
      #expect(columns.map { $0[2] } == ["b", "a"])
      #expect(columns.allSatisfy { $0[3] == "1" && $0[5] == "t5rank" })
      #expect(found.messages == "t5rank: nothing was found for 1 query\n")
    }
  }

  @Test("What search writes as JSON Lines is what the re-ranker reads")
  func requests() throws {
    try withTemporaryFolder { folder in
      try writeCollection(folder)
      _ = try runTool(
        ["index", "--corpus", "\(folder)/corpus.jsonl", "--index", "\(folder)/x"], folder)
      let found = try runTool(
        ["search", "--index", "\(folder)/x", "--query", "honey", "--format", "jsonl"], folder)
      try found.output.write(toFile: "\(folder)/requests", atomically: false, encoding: .utf8)
      var reader = RequestReader(paths: ["\(folder)/requests"])
      let request = try #require(try reader.next()).get()
      #expect(request.query.text == "honey")
      #expect(request.documents.map(\.id) == ["b", "a"])
      #expect(request.documents[0].text == "Honey Honey is made by bees.")
    }
  }

  @Test("A table shows the best documents with their texts, and --output takes it")
  func table() throws {
    try withTemporaryFolder { folder in
      try writeCollection(folder)
      _ = try runTool(
        ["index", "--corpus", "\(folder)/corpus.jsonl", "--index", "\(folder)/x"], folder)
      let found = try runTool(
        ["search", "--index", "\(folder)/x", "--query", "ants", "-o", "\(folder)/table"], folder)
      #expect(found.output == "")
      let table = try String(contentsOfFile: "\(folder)/table", encoding: .utf8)
      #expect(table.contains("query 1: ants"))
      #expect(table.contains("Ants build nests."))
    }
  }

  @Test("Analysis options are remembered, and k1 and b may be changed at search time")
  func settings() throws {
    try withTemporaryFolder { folder in
      try writeCollection(folder)
      _ = try runTool(
        [
          "index", "--corpus", "\(folder)/corpus.jsonl", "--index", "\(folder)/x", "--stemmer",
          "none", "--stop-words", "none",
        ], folder)
      let base = ["search", "--index", "\(folder)/x", "--format", "trec", "--query"]
      #expect(try runTool(base + ["nest"], folder).output == "")
      #expect(try runTool(base + ["the"], folder).output != "")
      let usual = try runTool(base + ["honey"], folder).output
      #expect(try runTool(base + ["honey", "--k1", "0.9", "--b", "0.4"], folder).output == usual)
      #expect(try runTool(base + ["honey", "--k1", "2"], folder).output != usual)
      #expect(try runTool(base + ["honey", "--b", "2"], folder).code == .arguments)
    }
  }

  @Test("Bad lines and repeated documents are named with their places; the others are indexed")
  func badLines() throws {
    try withTemporaryFolder { folder in
      let lines = ["a\tbees", "no tab", "a\twasps", "", "b\tants"]
      try lines.joined(separator: "\n")
        .write(toFile: "\(folder)/corpus.tsv", atomically: false, encoding: .utf8)
      let made = try runTool(
        ["index", "--corpus", "\(folder)/corpus.tsv", "--index", "\(folder)/x"], folder)
      #expect(made.code == .badInput)
      #expect(made.messages.contains("corpus.tsv:2: expected id<TAB>text"))
      #expect(made.messages.contains("corpus.tsv:3: expected each document id once"))
      let found = try runTool(
        ["search", "--index", "\(folder)/x", "--query", "bees wasps ants", "--format", "trec"],
        folder)
      #expect(found.output.split(separator: "\n").count == 2)
    }
  }

  @Test(
    "What cannot be done is said in one sentence, and leaves no index",
    arguments: [
      (["index"], .arguments), (["index", "--index", "X"], .arguments),
      (["index", "--index", "X", "--corpus", "none"], .missingFile),
      (["index", "--index", "X", "--corpus", "F", "--corpus", "none"], .missingFile),
      (["index", "--index", "X", "--corpus", "F", "--b", "3"], .arguments),
      (["index", "--index", "X", "--corpus", "F", "--k1", "x"], .arguments),
      (["index", "--index", "X", "--corpus", "-", "--corpus", "-"], .arguments),
      (["index", "--index", "X", "--corpus", "-", "-"], .arguments),
      (["index", "--index", "F", "--corpus", "F"], .runTimeFailure),
      (["search", "--query", "x"], .arguments),
      (["search", "--index", "X", "--query", "x"], .missingFile),
      (["search", "--index", "X", "--query", " "], .arguments),
      (["search", "--index", "X", "--query", "x", "--queries", "F"], .arguments),
      (["search", "--index", "X", "F"], .arguments),
    ] as [([String], ExitCode)])
  func refusals(arguments: [String], code: ExitCode) throws {
    try withTemporaryFolder { folder in
      try writeCollection(folder)
      let paths = ["X": "\(folder)/x", "F": "\(folder)/corpus.jsonl"]
      let result = try runTool(arguments.map { paths[$0] ?? $0 }, folder)
      #expect(result.code == code)
      #expect(result.messages.hasPrefix("t5rank: error: "))
      #expect(result.messages.split(separator: "\n").count == 1)
      #expect(try !names(in: folder).contains { $0.hasPrefix("x") })
    }
  }

  // MARK: Parts

  private func writeCollection(_ folder: String) throws {
    try """
    {"_id": "a", "title": "", "text": "The bees fly home with nectar for honey, across the meadow."}
    {"_id": "b", "title": "Honey", "text": "Honey is made by bees."}
    {"_id": "c", "title": "", "text": "Ants build nests."}
    """.write(toFile: "\(folder)/corpus.jsonl", atomically: false, encoding: .utf8)
    try """
    {"_id": "q1", "text": "making honey"}
    {"_id": "q2", "text": "How do bees fly home?"}
    {"_id": "q3", "text": "zebra"}
    """.write(toFile: "\(folder)/queries.jsonl", atomically: false, encoding: .utf8)
  }
}

/// Runs the tool with its two outputs in files of `folder`.
func runTool(
  _ arguments: [String], _ folder: String
) throws -> (code: ExitCode, output: String, messages: String) {
  let paths = ["\(folder)/.output", "\(folder)/.messages"]
  let descriptors = paths.map { open($0, O_RDWR | O_CREAT | O_TRUNC, 0o600) }
  defer { descriptors.forEach { close($0) } }
  let console = Console(output: descriptors[0], error: descriptors[1])
  let code = CommandLineTool.run(arguments, console: console)
  let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
  return (code, texts[0], texts[1])
}
