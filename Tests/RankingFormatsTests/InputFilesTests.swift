import RankingFormats
import Support
import Testing

@Suite("Input files")
struct InputFilesTests {
  @Test("What is missing or a folder is named before anything is read; pipes are left alone")
  func check() throws {
    try TemporaryFolder.use { folder in
      let file = try folder.write("x", to: "file")
      let pipe = try folder.makePipe("pipe")
      try InputFiles.check(["-", file, pipe])
      for (path, kind, words) in [
        (folder.path(of: "none"), FormatError.Kind.missing, "expected a file, found none"),
        (file + "/below", .missing, "expected a file, found none"),
        ("file\0", .missing, "expected a path, found a NUL in it"),
        (folder.path, .unreadable, "expected a file, found a directory"),
      ] {
        let error = try #require(throws: FormatError.self) { try InputFiles.check([file, path]) }
        #expect(error == FormatError(kind, path: path, reason: words))
      }
      #expect(InputFiles.areRegular([file]))
      #expect(!InputFiles.areRegular([file, pipe]))
      #expect(!InputFiles.areRegular(["-"]))
      #expect(InputFiles.exists(pipe) && InputFiles.exists("-"))
      #expect(!InputFiles.exists("file\0") && !InputFiles.exists(folder.path(of: "none")))
    }
  }
}
