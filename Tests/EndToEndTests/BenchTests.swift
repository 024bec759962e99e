import JSON
import Testing

/// `t5rank bench`.
struct BenchTests {
  /// Keys that scripts read.
  private static let contract = [
    "pairs_per_second", "tokens_per_second", "gemm_share", "peak_memory_bytes", "seconds_per_100",
    "model", "threads", "precision", "tokenization_share",
  ]

  @Test("Built-in passages are measured, and the JSON has the keys of the contract")
  func builtIn() throws {
    let run = try Program.run(["bench", "--json", "--repetitions", "1", "--threads", "1"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try JSONValue(parsing: run.output)
    for key in Self.contract { #expect(report[key] != nil, "\(key)") }
    #expect(report["threads"]?.int == 1)
    #expect(report["precision"]?.string == "fp32")
    #expect(report["documents"]?.int == 100)
    #expect(report["pairs"]?.int == 100)
    // MS MARCO's passages have about 95 tokens of this model's in monoT5's prompt.
    let tokens = try #require(report["tokens"]?.int)
    #expect(9_000...10_000 ~= tokens)
    let figure = { (key: String) in try #require(report[key]?.double, "\(key)") }
    let seconds = try figure("seconds")
    let share = try figure("operations") / seconds / (figure("gemm_gflops") * 1e9)
    // Both sides come from the same numbers: 10⁻⁹ is far above the rounding of two divisions.
    for (key, expected) in [
      ("pairs_per_second", 100 / seconds), ("tokens_per_second", Double(tokens) / seconds),
      ("seconds_per_100", seconds), ("gemm_share", share),
    ] {
      #expect(abs(try figure(key) / expected - 1) < 1e-9, "\(key)")
    }
    #expect(share > 0)
    #expect(0...1 ~= (try figure("tokenization_share")))
    // The weights that are multiplied, all but the table of words, are in memory in fp32.
    #expect(try figure("peak_memory_bytes") > (26_722_560 - 29_632 * 384) * 4)
  }

  @Test("Requests of a file are measured in the mode asked for")
  func requests() throws {
    let folder = try ScratchFolder()
    try folder.write(Texts.request() + Texts.rankLLMRequest, to: "requests.jsonl")
    let arguments = ["bench", "--input", "requests.jsonl", "--repetitions", "1"]
    let duo = try Program.run(arguments + ["--mode", "duo", "--json"], in: folder)
    let report = try JSONValue(parsing: duo.output)
    #expect(report["mode"]?.string == "duo")
    #expect(report["documents"]?.int == 6)
    #expect(report["pairs"]?.int == 12, "two requests of three documents, both orders of each pair")
    let people = try Program.run(arguments + ["--mode", "cross"], in: folder)
    #expect(people.status == 0)
    #expect(people.output.contains("pairs a second"))
  }

  @Test("A file that is missing or broken ends as in ranking")
  func failures() throws {
    let folder = try ScratchFolder()
    try folder.write("{", to: "broken.jsonl")
    #expect(try Program.run(["bench", "--input", "nowhere.jsonl"], in: folder).status == 4)
    #expect(try Program.run(["bench", "--input", "broken.jsonl"], in: folder).status == 5)
    #expect(try Program.run(["bench", "--model", "nowhere"], in: folder).status == 4)
  }
}
