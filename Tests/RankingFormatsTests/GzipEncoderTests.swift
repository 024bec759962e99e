import Foundation
import RankingFormats
import Support
import Testing

@Suite("Writing gzip data")
struct GzipEncoderTests {
  /// Inputs of which each needs another part of the format.
  enum Input: String, CaseIterable {
    case nothing, oneByte, threeBytes, oneBlock, random, repeated, words, distant

    var bytes: [UInt8] {
      var random = SeededRandom(seed: 7)
      func noise(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      }
      switch self {
      case .nothing: return []
      case .oneByte: return [0x78]
      case .threeBytes: return [0x0A, 0x0A, 0x0A]
      case .oneBlock: return noise(0xFFFF)
      case .random: return noise(150_000)
      case .repeated: return [UInt8](repeating: 0x61, count: 200_000)
      case .words: return GzipTests.text(30_000)
      // The same bytes at the greatest distance, and just beyond it.
      case .distant:
        let part = noise(300)
        return part + noise(32_768 - 300) + part + noise(32_769 - 300) + part
      }
    }
  }

  private func encoded(_ bytes: [UInt8], pieceSize: Int = .max) -> [UInt8] {
    var encoder = GzipEncoder()
    var data: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      data += encoder.encode(Array(rest.prefix(pieceSize)))
      rest = rest.dropFirst(pieceSize)
    }
    return data + encoder.finish()
  }

  private func lines(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try TemporaryFolder.use { folder in
      var reader = try LineReader(
        path: try folder.write(bytes, to: "in"), chunkSize: 1 << 18, longest: 1 << 20)
      var lines: [[UInt8]] = []
      while let line = try reader.next() { lines.append(Array(line.bytes)) }
      return lines
    }
  }

  @Test("What is written reads back as it was", arguments: Input.allCases)
  func roundTrip(input: Input) throws {
    let data = encoded(input.bytes)
    #expect(data.starts(with: [0x1F, 0x8B, 8, 0]))
    // The reader also compares the checksum and the size.
    #expect(try lines(data) == lines(input.bytes))
  }

  @Test(
    "Codes are as short as Huffman's, or as the longest allowed make it", arguments: [5, 7, 15])
  func codeLengths(longest: Int) {
    // Each weighs as much as all before it: a tree of 21 levels.
    let chain = [1] + (0..<21).map { 1 << $0 }
    for frequencies in [chain, chain.reversed(), [5, 0, 0, 5, 5, 5], [0, 9, 0, 1]] {
      let lengths = HuffmanEncoder(frequencies: frequencies, longest: longest).lengths.map(Int.init)
      #expect(lengths.allSatisfy { $0 <= longest })
      #expect(zip(lengths, frequencies).allSatisfy { ($0 > 0) == ($1 > 0) })
      // Kraft's sum: every sequence of bits begins with exactly one code.
      let places = lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (longest - $1) : 0) }
      #expect(places == 1 << longest)
      let byFrequency = zip(frequencies, lengths).filter { $0.0 > 0 }.sorted { $0 < $1 }
      #expect(zip(byFrequency, byFrequency.dropFirst()).allSatisfy { $0.1 >= $1.1 || $0.0 == $1.0 })
    }
    #expect(
      HuffmanEncoder(frequencies: [8, 1, 4, 1, 2], longest: longest).lengths == [1, 4, 2, 4, 3])
    #expect(HuffmanEncoder(frequencies: [0, 4, 0], longest: longest).lengths == [0, 1, 0])
    #expect(HuffmanEncoder(frequencies: [0, 0], longest: longest).lengths == [0, 0])
  }

  @Test(
    "However it is cut into pieces, the data are the same", arguments: [1, 1000, 65_535, 65_536])
  func pieces(size: Int) {
    let bytes = Input.words.bytes
    #expect(encoded(bytes, pieceSize: size) == encoded(bytes))
  }

  @Test("Text becomes about as small as zlib makes it, and repetitions nearly nothing")
  func small() throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/gzip/dynamic.gz")
    let zlib = try Data(contentsOf: fixture).count
    // zlib's highest level follows chains 32 times as far.
    #expect(encoded(Input.words.bytes).count < zlib * 11 / 10)
    // A match of 258 bytes takes two bits at least; the codes of four blocks come to it.
    #expect(encoded(Input.repeated.bytes).count < 200_000 / 258 / 4 + 4 * 40)
    // Matches across both distances would save 600 bytes; only one is within reach.
    let saved = Input.distant.bytes.count - encoded(Input.distant.bytes).count
    #expect(saved < 300)
  }

  @Test("What cannot be compressed grows by a few bytes a block")
  func incompressible() {
    let growth = encoded(Input.random.bytes).count - Input.random.bytes.count
    // The header and the end take 18 bytes, and each of three blocks 5.
    #expect(growth == 18 + 3 * 5)
  }

  @Test("A name says by its end whether it is compressed")
  func names() {
    #expect(GzipEncoder.isMeant(by: "a/run.trec.gz") && GzipEncoder.isMeant(by: ".gz"))
    for name in ["", "gz", "run.gz/a", "run.GZ", "run.tgz"] {
      #expect(!GzipEncoder.isMeant(by: name))
    }
  }
}
