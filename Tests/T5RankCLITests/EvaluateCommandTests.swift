import Foundation
import JSON
import Support
import T5RankCLI
import Testing

@Suite("Measuring runs")
struct EvaluateCommandTests {
  private static let qrels = "1 0 a 1\n1 0 b 2\n2 0 a 1\n3 0 c 1\n"
  private static let first = "1 Q0 a 1 3 t\n1 Q0 b 2 2 t\n2 Q0 x 1 1 t\n9 Q0 x 1 1 t\n"
  private static let second = "1\tb\t1\n1\ta\t2\n2\tx\t1\n2\ta\t2\n3\tc\t1\n"

  private func run(
    _ arguments: String..., qrels: String = qrels, first: String = first, second: String = second
  ) throws -> ToolRun {
    try TemporaryFolder.use { folder in
      try folder.write(qrels, to: "qrels")
      try folder.write(first, to: "first")
      try folder.write(second, to: "second")
      return try ToolRun(
        ["evaluate"]
          + arguments.map { ["qrels", "first", "second"].contains($0) ? folder.path(of: $0) : $0 },
        in: folder)
    }
  }

  @Test("A table says the means, the averaging, and what is missing")
  func table() throws {
    let run = try run("--qrels", "qrels", "--run", "first", "--measures", "RR P@1 nDCG@10")
    #expect(run.code == .done && run.errors.isEmpty)
    #expect(
      run.output == """
        run        RR     P@1  nDCG@10
        first  0.3333  0.3333   0.2866

        averaged over all 3 judged queries (as ir_measures, and trec_eval -c); a query that a run lacks counts 0
        first: 1 judged queries missing, 1 queries not judged

        """)
  }

  @Test("JSON is one object a run, with the measures by name, also of each query")
  func json() throws {
    let run = try run(
      "--qrels", "qrels", "--run", "first", "second", "--measures", "recip_rank P@1", "--json")
    let lines = run.output.split(separator: "\n")
    try #require(lines.count == 2)
    let first = try JSONValue(parsing: Array(lines[0].utf8))
    #expect(first["run"]?.string == "first" && first["comparison"] == nil)
    #expect(first["measures"] == ["RR": 0.3333333333333333, "P@1": 0.3333333333333333])
    #expect(
      first["per_query"] == [
        "1": ["RR": 1.0, "P@1": 1.0], "2": ["RR": 0.0, "P@1": 0.0], "3": ["RR": 0.0, "P@1": 0.0],
      ])
    #expect(first["averaging"]?.string == "judged-queries")
    #expect(first["queries"]?.int == 3 && first["missing"]?.int == 1)
    let second = try JSONValue(parsing: Array(lines[1].utf8))
    let comparison = try #require(second["comparison"])
    #expect(comparison["baseline"]?.string == "first")
    let measure = try #require(comparison["measures"]?["RR"])
    #expect(measure["delta"]?.double == 0.5)
    #expect(measure["wins"]?.int == 2 && measure["ties"]?.int == 1 && measure["losses"]?.int == 0)
    // 0, 0.5, 1: all signs alike in two of four patterns.
    #expect(measure["p_sign_flip"]?.double == 0.5)
  }

  @Test("The same runs give the same report, to the last digit")
  func determinism() throws {
    let arguments = ["--qrels", "qrels", "--run", "first", "--run", "second", "--json"]
    func report() throws -> String {
      try run(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])
        .output
    }
    #expect(try report() == report())
  }

  @Test("Queries that changed most are shown with their documents")
  func perQuery() throws {
    let run = try run(
      "--qrels", "qrels", "first", "second", "--measures", "RR", "--per-query")
    #expect(run.output.contains("second against first, by RR\n  gained most\n    3: +1.0000"))
    #expect(run.output.contains("      c, grade 1: not there → rank 1\n"))
    #expect(run.output.contains("  no query lost\n"))
    let alone = try self.run("--qrels", "qrels", "first", "--measures", "RR", "--per-query")
    #expect(alone.output.hasSuffix("query      RR\n1      1.0000\n2      0.0000\n3      0.0000\n"))
  }

  @Test("A baseline comes first, wherever it is named; averages may be over common queries")
  func baseline() throws {
    let run = try run(
      "--qrels", "qrels", "first", "second", "--baseline", "second", "--intersection", "--json",
      "--measures", "RR")
    let lines = run.output.split(separator: "\n")
    let first = try JSONValue(parsing: Array(lines[0].utf8))
    #expect(first["run"]?.string == "second" && first["queries"]?.int == 3)
    let second = try JSONValue(parsing: Array(lines[1].utf8))
    #expect(second["averaging"]?.string == "common-queries" && second["queries"]?.int == 2)
    #expect(second["measures"]?["RR"]?.double == 0.5)
    #expect(second["comparison"]?["queries"]?.int == 2)
    #expect(second["per_query"]?.object?.count == 2)
  }

  @Test("A relevance level and a most of documents change what is counted")
  func limits() throws {
    let run = try run(
      "--qrels", "qrels", "first", "--relevance-level", "2", "--max-documents", "1", "--measures",
      "P@1", "--json")
    #expect(
      try JSONValue(parsing: Array(run.output.utf8).dropLast())["measures"] == ["P(rel=2)@1": 0.0])
  }

  @Test("Runs of no judged query are measured, and spoken of")
  func strange() throws {
    let run = try run("--qrels", "qrels", "first", first: "x Q0 a 1 1 t\n")
    #expect(run.code == .done)
    #expect(run.errors == "t5rank: first: no query of qrels is in it\n")
  }

  @Test(
    "Arguments that make no sense end with 2",
    arguments: [
      (["first"], "expected judgements"), (["--qrels", "qrels"], "expected a run"),
      (["--qrels", "qrels", "first", "first"], "each run once"),
      (["--qrels", "-", "-"], "standard input (-) once"),
      (["--qrels", "qrels", "first", "--measures", "nDGC@10"], "did you mean nDCG?"),
      (["--qrels", "qrels", "first", "--measures", ""], "expected a measure"),
      (["--qrels", "qrels", "first", "--complete", "--intersection"], "found both"),
      (["--qrels", "qrels", "first", "--max-documents", "0"], "expected a whole number"),
      (["--qrels", "qrels", "first", "--mode", "duo"], "--mode is no option of evaluate"),
    ])
  func usage(arguments: [String], words: String) throws {
    try TemporaryFolder.use { folder in
      let run = try ToolRun(["evaluate"] + arguments, in: folder)
      #expect(run.code == .arguments && run.output.isEmpty)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test("A missing file ends with 4, a wrong one with 5 and its line, a broken gzip file with 5")
  func files() throws {
    #expect(try run("--qrels", "qrels", "/no/such/run").code == .missingFile)
    let twice = try run("--qrels", "qrels", "first", first: "1 Q0 a 1 1 t\n1 Q0 a 2 1 t\n")
    #expect(twice.code == .badInput && twice.output.isEmpty)
    #expect(twice.errors.contains("first:2: query 1: expected each document once, found a twice"))
    try TemporaryFolder.use { folder in
      let qrels = try folder.write(Self.qrels, to: "qrels")
      let broken = try folder.write([0x1F, 0x8B, 8, 0, 0], to: "run.gz")
      let run = try ToolRun(["evaluate", "--qrels", qrels, broken], in: folder)
      #expect(run.code == .badInput)
      #expect(run.errors.contains("expected sound gzip data, found its end too early"))
    }
  }

  @Test("Results go to a file where one is named, compressed if its name says so")
  func outputFile() throws {
    try TemporaryFolder.use { folder in
      let arguments = [
        "evaluate", "--qrels", try folder.write(Self.qrels, to: "qrels"), "--run",
        try folder.write(Self.first, to: "first"), "--json",
      ]
      let shown = try ToolRun(arguments, in: folder).output
      for name in ["out", "out.gz"] {
        let run = try ToolRun(arguments + ["-o", folder.path(of: name)], in: folder)
        #expect(run.code == .done && run.output.isEmpty && run.errors.isEmpty)
      }
      #expect(
        try folder.text(of: "out").replacingOccurrences(of: folder.path + "/", with: "") == shown)
      #expect(try folder.bytes(of: "out.gz").starts(with: [0x1F, 0x8B]))
    }
  }
}
