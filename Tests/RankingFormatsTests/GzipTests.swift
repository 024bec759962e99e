import Foundation
import RankingFormats
import Support
import Testing

@Suite("Gzip data")
struct GzipTests {
  private static func fixture(_ name: String) throws -> [UInt8] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/gzip/\(name)")
    return Array(try Data(contentsOf: file))
  }

  /// The text of the fixtures, as scripts/golden/gzip-files.py makes it.
  static func text(_ count: Int) -> [UInt8] {
    let words = """
      bee hive nectar pollen sun dance honey wax comb queen drone swarm sting wing flower meadow
      """.split(separator: " ")
    var random = SeededRandom(seed: 1)
    let text = (0..<count).map { words[Int(random.next() % 16)] + ($0 % 12 == 11 ? "\n" : " ") }
    return Array(text.joined().utf8)
  }

  /// The lines of a file, each with its end.
  private func content(_ bytes: [UInt8], chunkSize: Int = 1 << 18) throws -> [UInt8] {
    try TemporaryFolder.use { folder in
      var reader = try LineReader(
        path: try folder.write(bytes, to: "in.gz"), chunkSize: chunkSize, longest: 1 << 20)
      var content: [UInt8] = []
      while let line = try reader.next() { content += line.bytes + [0x0A] }
      return content
    }
  }

  @Test(
    "Blocks of every kind, and every field of a header, give the text that was compressed",
    arguments: [("dynamic.gz", 30_000), ("fixed.gz", 600), ("header.gz", 240)], [1, 100, 1 << 18])
  func expands(file: (String, Int), chunkSize: Int) throws {
    #expect(try content(Self.fixture(file.0), chunkSize: chunkSize) == Self.text(file.1))
  }

  /// A file of stored blocks, as RFC 1951 and 1952 lay it out.
  private func stored(_ blocks: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    for (index, block) in blocks.enumerated() {
      bytes += [index == blocks.count - 1 ? 1 : 0]
      bytes += littleEndian(UInt32(block.count), 2) + littleEndian(~UInt32(block.count), 2) + block
    }
    let all = blocks.flatMap { $0 }
    return bytes + littleEndian(checksum(all), 4) + littleEndian(UInt32(all.count), 4)
  }

  private func littleEndian(_ value: UInt32, _ count: UInt32) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var state = UInt32.max
    for byte in bytes {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? 0xEDB8_8320 ^ (state >> 1) : state >> 1 }
    }
    return ~state
  }

  @Test("Stored blocks are copied, empty ones too, up to the largest")
  func storedBlocks() throws {
    let text = Self.text(12_000)
    let blocks = [Array(text[..<65_535]), [], Array(text[65_535...])]
    #expect(try content(stored(blocks)) == text)
    #expect(try content(stored([[]])).isEmpty)
  }

  @Test("A file that only begins like gzip data, or is too short for that, is taken as it is")
  func plain() throws {
    for bytes: [UInt8] in [[0x1F], [0x1F, 0x0A], [0x8B, 0x1F]] {
      #expect(try content(bytes) == bytes + (bytes.last == 0x0A ? [] : [0x0A]))
    }
  }

  /// What reading a broken file comes to: its text, or the sentence that refuses it.
  private func outcome(_ bytes: [UInt8]) throws -> Result<[UInt8], FormatError> {
    do {
      return .success(try content(bytes))
    } catch let error as FormatError {
      #expect(error.kind == .corrupt, "\(error)")
      return .failure(error)
    }
  }

  @Test(
    "A file that ends too early is refused, wherever it ends", arguments: ["fixed.gz", "header.gz"])
  func truncated(name: String) throws {
    let bytes = try Self.fixture(name)
    let isTwoMembers = name == "header.gz"
    for count in 2..<(bytes.count - (isTwoMembers ? 20 : 0)) {
      let outcome = try outcome(Array(bytes[..<count]))
      // Between two members, a file may end.
      if isTwoMembers, case .success(let text) = outcome {
        #expect(text.dropLast() == Self.text(240)[..<500])
      } else if case .success = outcome {
        Issue.record("\(count) bytes of \(name) were accepted")
      }
    }
  }

  @Test("Whatever byte has a wrong bit, the text is right or the file is refused")
  func wrongBits() throws {
    let bytes = try Self.fixture("fixed.gz")
    let text = Self.text(600)
    for index in 2..<bytes.count {
      var broken = bytes
      broken[index] ^= 1 << UInt8(index % 8)
      // Times and the like in a header mean nothing here.
      if case .success(let found) = try outcome(broken) { #expect(found == text, "byte \(index)") }
    }
  }

  @Test(
    "Random bytes behind a header are refused and break nothing",
    arguments: 0..<300 as Range<UInt64>)
  func random(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    // The first three bits choose the kind of the first block: mostly codes of its own.
    let kind = UInt8([4, 5, 4, 5, 2, 3, 0, 6][Int(seed % 8)])
    var body = (0..<200).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    body[0] = body[0] & 0xF8 | kind
    if case .success = try outcome(header + body) { Issue.record("seed \(seed) was accepted") }
  }

  @Test(
    "What is wrong is said",
    arguments: [
      ([0x1F, 0x8B, 7], "an unknown method"), ([0x1F, 0x8B, 8, 0x80], "unknown flags"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 7], "a block of a kind that there is not"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1, 1, 0, 1, 0], "two lengths differ"),
      // A fixed block: length code 257, distance code 0, at the very start.
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 2, 0, 0, 0], "a distance to before the start"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0], "a wrong checksum"),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0], "a wrong size"),
      (
        [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
        "other data behind it"
      ),
    ] as [([UInt8], String)])
  func sentences(bytes: [UInt8], words: String) throws {
    guard case .failure(let error) = try outcome(bytes) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test("Lines of expanded data may be as long as others, and no longer")
  func longLine() throws {
    let line = [UInt8](repeating: 0x61, count: 65_535)
    let error = #expect(throws: FormatError.self) {
      try content(stored([[UInt8]](repeating: line, count: 20)))
    }
    #expect(error?.reason.contains("a line of at most") == true)
  }
}
