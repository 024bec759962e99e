import Foundation
import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("--output")
struct OutputFileTests {
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("The file appears whole, not before, and nothing goes to standard output")
  func whole() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("1") + requestLine("2"), to: "in")
      let output = folder.path(of: "out")
      let model = FakeReranker(before: { _ in
        #expect(!FileManager.default.fileExists(atPath: output))
      })
      let run = try ToolRun([input, "-o", output], in: folder, model: model)
      #expect(run.code == .done && run.output.isEmpty && run.errors.isEmpty)
      #expect(try folder.text(of: "out") == ToolRun([input], in: folder).output)
      #expect(try folder.names() == ["in", "out"])
      // As open to others as any new file.
      let descriptor = open(folder.path(of: "new"), O_WRONLY | O_CREAT, 0o666)
      close(descriptor)
      #expect(try mode(output) == mode(folder.path(of: "new")))
    }
  }

  @Test("An old file is replaced, and its permissions stay; a link keeps leading to its file")
  func replaces() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      try folder.makeFolder("below")
      let old = try folder.write("old", to: "below/old")
      chmod(old, 0o640)
      let link = try folder.makeLink("link", to: "below/old")
      #expect(try ToolRun([input, "-o", link], in: folder).code == .done)
      #expect(try folder.text(of: "below/old").hasPrefix("{"))
      #expect(try mode(old) == 0o640)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "below/old")
      #expect(try folder.names() == ["below", "in", "link"])
    }
  }

  @Test("A run that fails leaves the old file as it was, and nothing else")
  func fails() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("1") + requestLine("2"), to: "in")
      let output = try folder.write("old", to: "out")
      let model = FakeReranker(before: {
        if $0.text == "2" { throw RerankingError.unusableOptions(reason: "r") }
      })
      let run = try ToolRun([input, "-o", output], in: folder, model: model)
      #expect(run.code == .arguments)
      #expect(try folder.names() == ["in", "out"])
      #expect(try folder.text(of: "out") == "old")
    }
  }

  @Test("What was good is in the file although one request was bad")
  func partlyBad() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write("x\n" + requestLine("2"), to: "in")
      let run = try ToolRun([input, "-o", folder.path(of: "out")], in: folder)
      #expect(run.code == .badInput)
      #expect(try folder.text(of: "out").split(separator: "\n").count == 1)
    }
  }

  @Test("A device is written to, and stays what it is")
  func devices() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      #expect(try ToolRun([input, "-o", "/dev/null"], in: folder).code == .done)
      #expect(
        try ToolRun([folder.write(requestLine(), to: "in2"), "-o", "/dev/null"], in: folder).code
          == .done)
      #if os(Linux)
        let full = try ToolRun([input, "-o", "/dev/full"], in: folder)
        #expect(full.code == .runTimeFailure)
        #expect(full.errors.hasPrefix("t5rank: error: /dev/full: cannot be written: "))
      #endif
    }
  }

  @Test(
    "A folder, a missing folder and a name with a NUL are refused with 6",
    arguments: ["", "/none/out", "/o\0"])
  func refuses(name: String) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine(), to: "in")
      let run = try ToolRun([input, "-o", folder.path + name], in: folder)
      #expect(run.code == .runTimeFailure && run.output.isEmpty)
      #expect(run.errors.contains("cannot be written: "), "\(run.errors)")
      #expect(try folder.names() == ["in"])
    }
  }

  @Test("A name that ends in .gz makes gzip data, which appear whole and read as the plain ones do")
  func compressed() throws {
    try TemporaryFolder.use { folder in
      let lines = (1...3).map { requestLine("\($0)") }.joined()
      let input = try folder.write(lines, to: "in")
      let output = folder.path(of: "out.gz")
      let model = FakeReranker(before: { _ in
        #expect(!FileManager.default.fileExists(atPath: output))
      })
      #expect(try ToolRun([input, "-o", output], in: folder, model: model).code == .done)
      #expect(try folder.names() == ["in", "out.gz"])
      #expect(try folder.bytes(of: "out.gz").starts(with: [0x1F, 0x8B]))
      let plain = try ToolRun([input], in: folder).output
      let again = try ToolRun([folder.write(plain, to: "plain")], in: folder).output
      #expect(try ToolRun([output], in: folder).output == again)
    }
  }

  @Test("One JSON array holds every request, or none; it reads as its lines would")
  func array() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("1") + requestLine("2"), to: "in")
      let lines = try ToolRun([input], in: folder).output
      let array = try ToolRun([input, "--format", "json"], in: folder).output
      #expect(array == "[\n" + lines.dropLast().replacing("\n", with: ",\n") + "\n]\n")
      let again = try ToolRun([folder.write(array, to: "array"), "--format", "jsonl"], in: folder)
      #expect(try again.output == ToolRun([folder.write(lines, to: "lines")], in: folder).output)
      let empty = try ToolRun([folder.write("x\n", to: "bad"), "--format", "json"], in: folder)
      #expect(empty.code == .badInput && empty.output == "[]\n")
    }
  }

  @Test("An MS MARCO run has a line a document, and each query once")
  func msMarco() throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(requestLine("q") + requestLine("r"), to: "in")
      let run = try ToolRun([input, "--format", "msmarco", "-k", "1"], in: folder)
      #expect(run.code == .done && run.output == "1\t1\t1\n2\t1\t1\n")
    }
  }
}
