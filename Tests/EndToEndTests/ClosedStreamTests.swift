import Testing

/// Runs whose standard output or standard error is closed: their numbers are free for other files.
struct ClosedStreamTests {
  private static let model = Program.project + "/Tests/Fixtures/cross-encoders/electra"

  @Test("Messages to a closed standard error are in no file")
  func messages() throws {
    let folder = try ScratchFolder()
    try folder.write(Texts.request() + "{\"query\":\n", to: "in.jsonl")
    let run = try Program.runShell(
      #""$0" in.jsonl --model '\#(Self.model)' --format trec --output out 2>&-; echo $?"#,
      in: folder)
    #expect(run.lines == ["5"])
    let lines = try folder.read("out").split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.hasSuffix(" t5rank") }, "\(lines)")
  }

  @Test("Results for a closed standard output are in no file, and end with 6")
  func results() throws {
    let folder = try ScratchFolder()
    try folder.write(Texts.passageLines, to: "in")
    let run = try Program.runShell(
      #""$0" --query bees in --model '\#(Self.model)' --cache scores >&-; echo $?"#, in: folder)
    #expect(run.lines == ["6"])
    #expect(run.errors.contains("standard output: cannot be written"), "\(run.errors)")
    for name in try folder.names() {
      #expect(try !folder.read(name).contains("query 1"), "\(name)")
    }
  }

  @Test("Without any stream a file is written all the same")
  func none() throws {
    let folder = try ScratchFolder()
    try folder.write(Texts.request(), to: "in.jsonl")
    let run = try Program.runShell(
      #""$0" in.jsonl --model '\#(Self.model)' --format trec --output out <&- >&- 2>&-; echo $?"#,
      in: folder)
    #expect(run.lines == ["0"])
    #expect(try folder.read("out").split(separator: "\n").count == 3)
  }
}
