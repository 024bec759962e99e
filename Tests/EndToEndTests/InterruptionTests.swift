import Foundation
import Testing

/// How `t5rank` ends before its input does.
struct InterruptionTests {
  @Test(
    "A signal ends it at once, with 128 more than its number and no file left",
    arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
  func signals(number: Int32, status: Int32) throws {
    let folder = try ScratchFolder()
    let program = try RunningProgram(["--output", "out.jsonl"], in: folder)
    try program.write(Texts.request())
    // The unfinished file appears once the model is open.
    while try folder.names().isEmpty {
      let isRunning = program.isRunning
      try #require(isRunning)
      usleep(10_000)
    }
    #expect(try folder.names().allSatisfy { $0 != "out.jsonl" })
    program.send(number)
    #expect(program.status() == status)
    #expect(try folder.names().isEmpty)
  }

  @Test("An interrupted conversion leaves nothing")
  func conversion() throws {
    let folder = try ScratchFolder()
    let program = try RunningProgram(
      [
        "convert", Program.project + "/weights/t5rank-mini", "--dtype", "INT8", "-o",
        "out",
      ],
      in: folder)
    while try folder.names().isEmpty {
      let isRunning = program.isRunning
      try #require(isRunning)
      usleep(1_000)
    }
    program.send(SIGINT)
    #expect(program.status() == 130)
    #expect(try folder.names().isEmpty)
  }

  @Test("It ends quietly when nobody reads its output any more")
  func closedPipe() throws {
    let folder = try ScratchFolder()
    let requests = (0..<200).map { Texts.request(id: "q\($0)") }
    try folder.write(requests.joined(), to: "requests.jsonl")
    let run = try Program.runShell(
      #""$0" requests.jsonl | head -n 1; echo "${PIPESTATUS[0]}""#, in: folder)
    #expect(run.errors.isEmpty)
    #expect(run.lines.count == 2)
    #expect(run.lines.last == "0")
  }
}
