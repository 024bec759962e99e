import Foundation
import Support
import T5RankCLI
import Testing

@Suite("t5rank convert")
struct ConvertCommandTests {
  private static let model = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("weights/cross-encoder-mini").path

  @Test("Texts of lines, tabs and JSON give the vocabulary, and sizes are told")
  func vocabulary() throws {
    try TemporaryFolder.use { folder in
      try folder.write("1\tvaccines work\n", to: "lines.tsv")
      try folder.write(#"{"query":"immune","candidates":[{"text":"response"}]}"#, to: "x.jsonl")
      let run = try ToolRun(
        [
          "convert", Self.model, "--output", folder.path(of: "out"),
          "--vocabulary", folder.path(of: "lines.tsv"), "--vocabulary", folder.path(of: "x.jsonl"),
        ], in: folder)
      #expect(run.code == .done, "\(run.errors)")
      #expect(run.output.contains("tokens   30,522 → "), "\(run.output)")
      let pieces = try folder.text(of: "out/vocab.txt").split(separator: "\n")
      for piece in ["[CLS]", "vaccines", "work", "immune", "response", "##a"] {
        #expect(pieces.contains(Substring(piece)), "\(piece)")
      }
      #expect(!pieces.contains("candidates"))
    }
  }

  @Test("What is missing or in use is refused in words")
  func refusals() throws {
    try TemporaryFolder.use { folder in
      try folder.write("x", to: "file")
      for (arguments, code, words) in [
        (["convert"], ExitCode.arguments, "expected one model directory, found 0"),
        (["convert", Self.model], .arguments, "expected --output DIR"),
        (["convert", Self.model, "-o", "x", "--dtype", "I8"], .arguments, "F32, F16, BF16"),
        (
          ["convert", Self.model, "-o", folder.path, "--quiet"], .runTimeFailure,
          "expected a new or empty directory"
        ),
        (
          ["convert", Self.model, "-o", folder.path(of: "file")], .runTimeFailure,
          "expected a new or empty directory"
        ),
        (
          [
            "convert", Self.model, "-o", folder.path(of: "out"), "--vocabulary",
            folder.path(of: "none"),
          ], .missingFile, "none"
        ),
      ] {
        let run = try ToolRun(arguments, in: folder)
        #expect(run.code == code && run.errors.contains(words), "\(arguments): \(run.errors)")
        #expect(try folder.names() == ["file"])
      }
    }
  }
}
