import Foundation
import ScoreStore
import Support
import Testing

/// `--cache` of the built program, in one process after another and in several at once.
@Suite("Score cache", .serialized)
struct CacheTests {
  private static func requests(_ queries: Range<Int>, documents: Int) -> String {
    queries.map { query in
      let texts = (0..<documents).map { #""document \#($0) about subject \#(query)""# }
      return #"{"qid":"q\#(query)","query":"subject \#(query)","documents":"#
        + "[\(texts.joined(separator: ","))]}\n"
    }.joined()
  }

  @Test(
    "A second run writes the same bytes, computes nothing and says so", arguments: ["mono", "duo"])
  func warm(mode: String) throws {
    let model = try TinyModel()
    let folder = try ScratchFolder()
    let input = Self.requests(0..<3, documents: 5)
    let arguments = ["--mode", mode, "--model", model.path, "--format", "jsonl"]
    let plain = try Program.run(arguments, input: input, in: folder)
    let cold = try Program.run(arguments + ["--cache", "scores"], input: input, in: folder)
    let warm = try Program.run(arguments + ["--cache", "scores"], input: input, in: folder)
    #expect(plain.status == 0 && cold.status == 0 && warm.status == 0, "\(cold.errors)")
    #expect(cold.output == plain.output)
    #expect(warm.output == plain.output)
    let count = mode == "mono" ? 15 : 60
    #expect(cold.errors.contains("cache: 0 of \(count) scores were remembered (0.0 %)"))
    #expect(warm.errors.contains("cache: \(count) of \(count) scores were remembered (100.0 %)"))
    #expect(try folder.names() == ["scores", "scores-lock"])
    let quiet = try Program.run(arguments + ["--cache", "scores", "-q"], input: input, in: folder)
    #expect(quiet.errors.isEmpty)
  }

  @Test("A mistyped path costs no data")
  func mistyped() throws {
    let folder = try ScratchFolder()
    try folder.write("precious", to: "notes.txt")
    let run = try Program.run(["--cache", "notes.txt"], input: Texts.request(), in: folder)
    #expect(run.status == 5)
    #expect(run.errors.contains("notes.txt: expected a score cache of t5rank"))
    #expect(try folder.names() == ["notes.txt"])
    #expect(try folder.read("notes.txt") == "precious")
  }

  @Test("Four processes write at once, some are killed at any time, and every score is right")
  func killed() throws {
    let model = try TinyModel()
    let folder = try ScratchFolder()
    let arguments = ["--model", model.path, "--format", "jsonl", "--threads", "1"]
    let plain = try Program.run(
      arguments, input: Self.requests(0..<40, documents: 8), in: folder)
    #expect(plain.status == 0, "\(plain.errors)")
    let seed: UInt64 = 99
    var random = SeededRandom(seed: seed)
    for round in 0..<24 {
      // The writers' queries overlap, and move on from round to round.
      let writers = try (0..<4).map { writer in
        let program = try RunningProgram(arguments + ["--cache", "scores", "-q"], in: folder)
        let start = (round + 3 * writer) % 30
        try program.write(Self.requests(start..<start + 10, documents: 8))
        return program
      }
      // Those that are killed are still at work then, or wait for more input.
      let killed = Int.random(in: 1...3, using: &random)
      for writer in writers.prefix(killed) {
        for _ in 0..<Int.random(in: 0..<10, using: &random) { _ = writer.readLine() }
        usleep(UInt32.random(in: 0...20_000, using: &random))
        writer.send(SIGKILL)
      }
      for (number, writer) in writers.enumerated() {
        if number >= killed { try writer.closeInput() }
        #expect(
          writer.status() == (number < killed ? -1 : 0), "round \(round), writer \(number)")
      }
      let cache = try SQLiteScoreCache(path: folder.path + "/scores") { Issue.record("\($0)") }
      #expect(cache.problems().isEmpty, "round \(round), seed \(seed)")
    }
    let warm = try Program.run(
      arguments + ["--cache", "scores"], input: Self.requests(0..<40, documents: 8), in: folder)
    #expect(warm.output == plain.output)
    #expect(!warm.errors.contains("cache: 0 of"))
    #expect(try folder.names() == ["scores", "scores-lock"])
  }
}
