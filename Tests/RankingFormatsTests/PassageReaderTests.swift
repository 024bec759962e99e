import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Passages")
struct PassageReaderTests {
  @Test(
    "Each line that is not blank is a passage, named by its number, and by its file among several")
  func names() throws {
    try TemporaryFolder.use { folder in
      let first = try folder.write("\u{FEFF}one\r\n\n \t\ntwo\0\n  three ", to: "a")
      let second = try folder.write("four", to: "b")
      #expect(
        try everything(of: PassageReader(query: "q", paths: [first]), below: folder.path)
          == ["1: q | 1=one | 4=two\0 | 5=  three "])
      let lines = try everything(
        of: PassageReader(query: "q", paths: [first, second]), below: folder.path)
      #expect(lines.first?.hasSuffix("| \(folder.path)/b:1=four") == true)
    }
  }

  @Test("No passages, an empty query and a file given twice are refused")
  func refuses() throws {
    try TemporaryFolder.use { folder in
      let full = try folder.write("a", to: "full")
      let empty = try folder.write("\n\n", to: "empty")
      for (query, paths, words) in [
        ("q", [empty], "empty: query 1: expected documents, found none"),
        (" ", [full], "full: query 1: expected a query, found an empty one"),
        ("q", [full, full], "twice"),
      ] {
        let lines = try everything(
          of: PassageReader(query: query, paths: paths), below: folder.path)
        #expect(lines.count == 1 && lines[0].contains(words), "\(lines)")
      }
      var missing = PassageReader(query: "q", paths: [folder.path(of: "none")])
      #expect(throws: FormatError.self) { try missing.next() }
      #expect(try missing.next() == nil)
    }
  }

  @Test("A passage that is not UTF-8 is repaired, or refuses the request")
  func invalidUTF8() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write([0x61, 0x0A, 0xFF, 0x62], to: "in")
      var reader = PassageReader(query: "q", paths: [path])
      #expect(try reader.next()?.get().documents.map(\.text) == ["a", "\u{FFFD}b"])
      #expect(reader.replacedBytes == 1)
      #expect(
        try everything(
          of: PassageReader(query: "q", paths: [path], invalidUTF8: .refuse), below: folder.path)
          == ["in:2: expected UTF-8, found the byte 0xFF at byte 1"])
    }
  }
}
