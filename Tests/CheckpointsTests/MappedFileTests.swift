import Checkpoints
import Support
import Testing

@Suite("Mapped files")
struct MappedFileTests {
  @Test("What is no file with bytes in it is refused by kind")
  func refuses() throws {
    try TemporaryFolder.use { folder in
      func check(_ path: String, _ expected: CheckpointError) {
        #expect(throws: expected) { try MappedFile(path: path, expected: "weights") }
      }
      let missing = folder.path(of: "none")
      check(missing, .fileMissing(path: missing, expected: "weights"))
      let below = try folder.write("x", to: "file") + "/below"
      check(below, .fileMissing(path: below, expected: "weights"))
      check(
        folder.path,
        .unreadable(path: folder.path, reason: "expected a regular file, found a directory"))
      // A pipe without a writer must not block.
      let pipe = try folder.makePipe("pipe")
      check(pipe, .unreadable(path: pipe, reason: "expected a regular file, found a named pipe"))
      check(
        "/dev/zero",
        .unreadable(path: "/dev/zero", reason: "expected a regular file, found a device"))
      let empty = try folder.write("", to: "empty")
      check(empty, .malformed(path: empty, reason: "expected weights, found an empty file"))
      let cut = folder.path(of: "file\0.txt")
      check(cut, .unreadable(path: cut, reason: "expected a path without NUL, found one"))
    }
  }

  @Test("A file and a link to it are mapped whole")
  func maps() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write("bytes", to: "file")
      let link = try folder.makeLink("link", to: path)
      for path in [path, link] {
        let file = try MappedFile(path: path)
        #expect(Array(file.bytes) == Array("bytes".utf8))
      }
    }
  }
}
