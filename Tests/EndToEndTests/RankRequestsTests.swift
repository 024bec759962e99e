import Foundation
import JSON
import Testing

/// `t5rank` on JSON requests and on TREC runs.
struct RankRequestsTests {
  @Test("Both forms of JSON requests are answered a line each, in rank_llm's form")
  func requestForms() throws {
    let run = try Program.run([], input: Texts.request() + Texts.rankLLMRequest)
    #expect(run.status == 0)
    try #require(run.lines.count == 2)
    #expect(try Texts.order(run.line(0)).first == "1")
    #expect(try Texts.order(run.line(1)).first == "d1")
    let answer = try JSONValue(parsing: run.line(1))
    #expect(answer["query"]?["qid"]?.int == 7)
    let best = answer["candidates"]?[0]
    #expect(best?["doc"]?["source"]?.string == "test", "members that came stay")
    #expect(try #require(best?["score"]?.double) != 2, "the score is the new one")
  }

  @Test("A rating comes with its distribution over the ten ratings")
  func distribution() throws {
    let run = try Program.run(["--mode", "rank"], input: Texts.request())
    let candidates = try #require(JSONValue(parsing: run.line(0))["candidates"]?.array)
    for candidate in candidates {
      let values = try #require(candidate["distribution"]?.array).compactMap(\.double)
      #expect(values.count == 10)
      // Ten numbers below 1, each rounded once: 10⁻⁹ is far above their rounding.
      #expect(abs(values.reduce(0, +) - 1) < 1e-9)
    }
  }

  @Test("A TREC run is ranked with the texts of its queries and its corpus")
  func trecRun() throws {
    let folder = try ScratchFolder()
    try folder.write(
      "7 Q0 d0 1 3.0 bm25\n7 Q0 d1 2 2.0 bm25\n7 Q0 d2 3 1.0 bm25\n", to: "run.txt")
    try folder.write("7\t\(Texts.query)\n", to: "queries.tsv")
    let corpus = Texts.passages.enumerated().map { index, text -> String in
      let line: JSONValue = ["_id": .string("d\(index)"), "text": .string(text)]
      return line.serialized() + "\n"
    }
    try folder.write(corpus.joined(), to: "corpus.jsonl")
    let run = try Program.run(
      ["--run", "run.txt", "--queries", "queries.tsv", "--corpus", "corpus.jsonl"], in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.columns(0) == ["7", "7", "7"])
    #expect(run.columns(2).first == "d1")
    #expect(run.columns(3) == ["1", "2", "3"])
    #expect(run.columns(5) == ["t5rank", "t5rank", "t5rank"])
    let scores = run.columns(4).compactMap(Double.init)
    #expect(scores.count == 3)
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test("Each ranking is written before the next request is read")
  func streaming() throws {
    let folder = try ScratchFolder()
    let program = try RunningProgram([], in: folder)
    for id in ["a", "b"] {
      try program.write(Texts.request(id: id))
      let line = try #require(program.readLine())
      #expect(try JSONValue(parsing: line)["query"]?["qid"]?.string == id)
    }
    try program.closeInput()
    #expect(program.readLine() == nil)
    #expect(program.status() == 0)
  }

  @Test("An output file is replaced when it is whole, and nothing is left beside it")
  func output() throws {
    let folder = try ScratchFolder()
    try folder.write("old", to: "out.jsonl")
    let failed = try Program.run(
      ["--model", "nowhere", "--output", "out.jsonl"], input: Texts.request(), in: folder)
    #expect(failed.status == 4)
    #expect(try folder.read("out.jsonl") == "old")
    let run = try Program.run(["-o", "out.jsonl"], input: Texts.request(), in: folder)
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(try Texts.order(folder.read("out.jsonl")).first == "1")
    #expect(try folder.names() == ["out.jsonl"])
  }
}
