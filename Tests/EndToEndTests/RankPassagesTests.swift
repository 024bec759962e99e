import Testing

/// `t5rank --query`: lines as passages.
struct RankPassagesTests {
  @Test("Passages on standard input are ranked as a table, named by line, best first")
  func standardInput() throws {
    let run = try Program.run(["--query", Texts.query], input: Texts.passageLines)
    #expect(run.status == 0)
    #expect(run.lines.count == 2 + Texts.passages.count)
    #expect(try run.line(0).contains(Texts.query))
    let best = try run.line(2).split(separator: " ")
    try #require(best.count > 3)
    #expect(best[0] == "1")
    #expect(best[2] == "2", "the second line is about bees")
    #expect(try run.line(2).hasSuffix(Texts.bees))
  }

  @Test("Passages of several files are named by file and line")
  func files() throws {
    let folder = try ScratchFolder()
    try folder.write(Texts.passages[0] + "\n\n" + Texts.bees, to: "first.txt")
    try folder.write(Texts.passages[2] + "\n", to: "second.txt")
    let run = try Program.run(
      ["--query", Texts.query, "--format", "trec", "first.txt", "second.txt"], in: folder)
    #expect(run.status == 0)
    let ids = run.columns(2)
    #expect(ids.first == "first.txt:3", "blank lines are no passages, but count")
    #expect(Set(ids) == ["first.txt:1", "first.txt:3", "second.txt:1"])
  }

  @Test("Each mode ranks with the model that comes with it", arguments: ["mono", "rank", "cross"])
  func defaultModels(mode: String) throws {
    let run = try Program.run(
      ["--query", Texts.query, "--mode", mode, "--format", "jsonl"], input: Texts.passageLines)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Texts.order(run.line(0)).first == "2")
  }

  // The shipped model compares weakly: which document wins is not asked here.
  @Test("Duo modes rank every candidate once", arguments: ["duo", "mono-duo"])
  func duoModes(mode: String) throws {
    let run = try Program.run(
      ["--query", Texts.query, "--mode", mode, "--depth", "2", "--format", "jsonl"],
      input: Texts.passageLines)
    #expect(run.status == 0, "\(run.errors)")
    let order = try Texts.order(run.line(0))
    #expect(Set(order) == ["1", "2", "3"])
    if mode == "duo" { #expect(order.last == "3", "what is below the depth stays there") }
  }

  @Test("One document is ranked first", arguments: ["mono", "rank", "duo", "mono-duo", "cross"])
  func oneDocument(mode: String) throws {
    let run = try Program.run(
      ["--query", Texts.query, "--mode", mode, "--format", "jsonl"], input: Texts.bees)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try Texts.order(run.line(0)) == ["1"])
  }

  @Test("A document of 100,000 words is shortened, and that is said")
  func longDocument() throws {
    let long = String(repeating: "honey ", count: 100_000)
    let run = try Program.run(["--query", Texts.query], input: Texts.bees + "\n" + long + "\n")
    #expect(run.status == 0)
    #expect(run.errors == "t5rank: 1 document was shortened to fit the token budget\n")
  }

  @Test("Only the best documents are written with --top-k")
  func topK() throws {
    let run = try Program.run(
      ["--query", Texts.query, "-k", "1", "--format", "trec", "--tag", "run1"],
      input: Texts.passageLines)
    #expect(run.lines.count == 1)
    let columns = try run.line(0).split(separator: " ")
    try #require(columns.count == 6)
    #expect(columns[2] == "2" && columns[3] == "1" && columns[5] == "run1")
  }

  @Test("Probabilities are probabilities of the same order")
  func probability() throws {
    let run = try Program.run(
      ["--query", Texts.query, "--score", "probability", "--format", "trec"],
      input: Texts.passageLines)
    let scores = run.columns(4).compactMap(Double.init)
    #expect(scores.count == 3)
    #expect(scores.allSatisfy { 0...1 ~= $0 })
    #expect(scores == scores.sorted(by: >))
  }

  @Test("Runs give the same bytes again, with any number of threads and any batch")
  func determinism() throws {
    let passages = (0..<40).map { "\(Texts.passages[$0 % 3]) It is number \($0)." }
    let input = Texts.request(passages: passages)
    let first = try Program.run(["--threads", "1"], input: input)
    #expect(first.status == 0)
    #expect(first.lines.count == 1)
    for arguments in [
      ["--threads", "1"], ["--threads", "2"], ["--threads", "2", "--batch-tokens", "64"],
    ] {
      #expect(try Program.run(arguments, input: input).output == first.output, "\(arguments)")
    }
  }

  @Test("With --quiet nothing but errors is on standard error")
  func quiet() throws {
    let long = String(repeating: "honey ", count: 2000)
    let run = try Program.run(["--query", Texts.query, "--quiet"], input: long)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
  }
}
