import Foundation
import Testing

/// Where a directory of results cannot go is said before the work, and where it can is found.
struct OutputDirectoryTests {
  @Test("The current directory is refused in one sentence; a link to an empty one is used")
  func index() throws {
    let files = try ScratchFolder()
    let corpus = try files.write("a\tbees\n", to: "corpus.tsv")
    let empty = try ScratchFolder()
    let refused = try Program.run(["index", "--corpus", corpus, "--index", "."], in: empty)
    #expect(refused.status == 6 && refused.output.isEmpty)
    #expect(refused.errors.contains("found the current one"), "\(refused.errors)")
    #expect(refused.errors.split(separator: "\n").count == 1)
    #expect(try empty.names() == [])
    try FileManager.default.createSymbolicLink(
      atPath: "\(files.path)/link", withDestinationPath: empty.path)
    let made = try Program.run(["index", "--corpus", corpus, "--index", "link"], in: files)
    #expect(made.status == 0, "\(made.errors)")
    #expect(try files.names() == ["corpus.tsv", "link"])
    let found = try Program.run(
      ["search", "--index", "link", "--query", "bees", "--format", "trec"], in: files)
    #expect(found.columns(2) == ["a"], "\(found.errors)")
  }
}
