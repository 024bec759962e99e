import Foundation
import Support
import T5RankCLI

/// What a run of `t5rank` gave.
struct ToolRun {
  let code: ExitCode
  let output: String
  let errors: String

  /// Runs the tool in this process, on files that stand for standard output and standard error.
  ///
  /// Paths in `folder` are left out of the texts.
  init(
    _ arguments: [String], in folder: TemporaryFolder, model: FakeReranker = FakeReranker()
  ) throws {
    try self.init(arguments, in: folder, openModel: model.opener)
  }

  init(
    _ arguments: [String], in folder: TemporaryFolder, openModel: @escaping ModelOpener
  ) throws {
    // Apart from `folder`, whose content tests look at.
    self = try TemporaryFolder.use { streams in
      let output = try Descriptor(streams.path(of: "out"))
      let errors = try Descriptor(streams.path(of: "err"))
      let console = Console(output: output.number, error: errors.number)
      let code = CommandLineTool.run(arguments, console: console, openModel: openModel)
      func text(_ name: String) throws -> String {
        try streams.text(of: name).replacingOccurrences(of: folder.path + "/", with: "")
      }
      return ToolRun(code: code, output: try text("out"), errors: try text("err"))
    }
  }

  private init(code: ExitCode, output: String, errors: String) {
    self.code = code
    self.output = output
    self.errors = errors
  }
}

/// A new file, open for writing for as long as this lives.
private struct Descriptor: ~Copyable {
  let number: CInt

  init(_ path: String) throws {
    number = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  deinit { close(number) }
}

/// One JSON request, as a line.
func requestLine(_ query: String = "q", _ documents: [String] = ["1 low", "2 high"]) -> String {
  let texts = documents.map { "\"\($0)\"" }.joined(separator: ",")
  return #"{"query":"\#(query)","documents":[\#(texts)]}"# + "\n"
}
