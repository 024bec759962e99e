import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Lines")
struct LineReaderTests {
  /// Lines as `number@offset:text`, errors as sentences.
  private func lines(
    of bytes: [UInt8], chunkSize: Int, longest: Int = 1 << 20
  ) throws -> [String] {
    try TemporaryFolder.use { folder in
      let path = try folder.write(bytes, to: "in")
      var reader = try LineReader(path: path, chunkSize: chunkSize, longest: longest)
      var lines: [String] = []
      while true {
        do throws(FormatError) {
          guard let line = try reader.next() else { return lines }
          lines.append(
            "\(line.number)@\(line.offset):" + String(decoding: line.bytes, as: UTF8.self))
        } catch {
          lines.append(sentence(error, below: folder.path))
        }
      }
    }
  }

  @Test("A line is the same whatever the size of the chunks", arguments: [1, 2, 3, 7, 1 << 18])
  func chunks(size: Int) throws {
    let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("a\r\n\n\rb\nünü\n\r\nlast".utf8)
    #expect(
      try lines(of: bytes, chunkSize: size)
        == ["1@3:a", "2@6:", "3@7:\rb", "4@10:ünü", "5@16:", "6@18:last"])
  }

  @Test("Lines of random bytes are those between line feeds", arguments: 0..<20 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let alphabet: [UInt8] = [0x0A, 0x61, 0x00, 0x20]
    let bytes = (0..<300).map { _ in alphabet.randomElement(using: &random) ?? 0 }
    var expected: [String] = []
    var offset = 0
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      // Nothing after the last line feed is no line.
      if offset < bytes.count {
        expected.append("\(index + 1)@\(offset):" + String(decoding: line, as: UTF8.self))
      }
      offset += line.count + 1
    }
    let size = Int.random(in: 1...40, using: &random)
    #expect(try lines(of: bytes, chunkSize: size) == expected, "chunks of \(size)")
  }

  @Test("A line that is too long is refused and skipped", arguments: [1, 4, 64])
  func longLines(chunkSize: Int) throws {
    let long = String(repeating: "x", count: 9)
    let refusal = "expected a line of at most 8 bytes, found a longer one"
    #expect(
      try lines(of: Array("ab\n\(long)\n12345678\n\(long)".utf8), chunkSize: chunkSize, longest: 8)
        == ["1@0:ab", "in:2: \(refusal)", "3@13:12345678", "in:4: \(refusal)"])
  }

  @Test("An empty file has no lines, nor has a mark alone")
  func empty() throws {
    #expect(try lines(of: [], chunkSize: 8) == [])
    #expect(try lines(of: [0xEF, 0xBB, 0xBF], chunkSize: 8) == [])
    #expect(try lines(of: [0xEF, 0xBB], chunkSize: 8) == ["1@0:\u{FFFD}"])
    #expect(try lines(of: [0x0A], chunkSize: 8) == ["1@0:"])
  }
}

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
