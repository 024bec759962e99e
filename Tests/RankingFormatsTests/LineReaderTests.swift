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
