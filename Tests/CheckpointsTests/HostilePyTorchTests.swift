import Checkpoints
import Support
import Testing

@Suite("Hostile PyTorch files")
struct HostilePyTorchTests {
  private func open(_ bytes: [UInt8]) throws -> PyTorchFile {
    try TemporaryFolder.use { try PyTorchFile(path: $0.write(bytes, to: "x.bin")) }
  }

  @Test("What the others differ from is read")
  func sound() throws {
    let file = try open(ZipBytes().bytes)
    #expect(file.tensors.map(\.name) == ["w"])
    #expect(try file.floats(of: file.tensors[0]).count == 6)
  }

  @Test("Numbers of another checksum are found by a check, and are not read")
  func damage() throws {
    let file = try open(ZipBytes().with { $0.files[2].checksum = 1 })
    let check = try #require(throws: CheckpointError.self) { try file.check(file.tensors[0]) }
    let reading = try #require(throws: CheckpointError.self) {
      try file.floats(of: file.tensors[0])
    }
    #expect(check == reading)
    #expect(check.description.contains("expected bytes of checksum 1"), "\(check)")
    let sound = try open(ZipBytes().bytes)
    try sound.check(sound.tensors[0])
  }

  @Test("Each is refused in words that say why", arguments: HostileFile.all)
  func refused(_ file: HostileFile) throws {
    let error = try #require(throws: CheckpointError.self) { try open(file.bytes) }
    #expect(error.description.contains(file.words), "\(error)")
  }

  @Test("A file cut anywhere is refused")
  func cut() throws {
    let bytes = ZipBytes().bytes
    for count in bytes.indices {
      #expect(throws: CheckpointError.self) { try open(Array(bytes[..<count])) }
    }
  }

  @Test("A million values in each other are released, and are no state")
  func deep() throws {
    let bytes = Pickle.proto + [0x4E] + Array(repeating: 0x85, count: 1_000_000) + Pickle.stop
    let error = try #require(throws: CheckpointError.self) {
      try open(ZipBytes(pickle: bytes).bytes)
    }
    #expect(error.description.contains("found a tuple"), "\(error)")
  }

  @Test("Tuples that double from memo to memo stay as small as their file")
  func bomb() throws {
    // Each is a pair of the one before: 2^2000 values, were they ever looked at.
    var bytes = Pickle.proto + Pickle.emptyTuple + [0x71, 0]
    for _ in 0..<2000 { bytes += [0x68, 0, 0x86, 0x71, 0] }
    let error = try #require(throws: CheckpointError.self) {
      try open(ZipBytes(pickle: bytes + Pickle.stop).bytes)
    }
    #expect(error.description.contains("found a tuple"), "\(error)")
  }

  @Test("More values, marks or bytes than any checkpoint has are refused")
  func limits() throws {
    for (bytes, words) in [
      (Pickle.proto + Array(repeating: 0x4E, count: 100_000), "expected at most 65536 values"),
      (Pickle.proto + Array(repeating: 0x28, count: 100_000), "too many marks"),
      (Array(repeating: 0x4E, count: 16 << 20 + 1), "expected at most 16777216 bytes"),
    ] {
      let error = try #require(throws: CheckpointError.self) {
        try open(ZipBytes(pickle: bytes).bytes)
      }
      #expect(error.description.contains(words), "\(error)")
    }
  }

  /// Some bytes changed, put in, taken out, or copied from elsewhere in the file.
  private func mutated(_ bytes: [UInt8], using random: inout SeededRandom) -> [UInt8] {
    let codes =
      Array("(tR)}]cbqhQusXKMJNr.".utf8) + [0x85, 0x86, 0x87, 0x88, 0x8A, 0x93, 0x94, 0xFF, 0]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: bytes[place] = codes.randomElement(using: &random) ?? 0
      case 3...4: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 5: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      case 6: bytes.insert(codes.randomElement(using: &random) ?? 0, at: place)
      default: bytes.remove(at: place)
      }
    }
    return bytes
  }

  private func read(_ bytes: [UInt8]) throws {
    let file = try open(bytes)
    for tensor in file.tensors where tensor.scalarType.isFloat {
      let floats = try file.floats(of: tensor)
      #expect(floats.count == tensor.count)
      // Every number can be read.
      _ = UnsafeBufferPointer(start: floats.pointer, count: floats.count).map(\.bitPattern)
    }
  }

  @Test(
    "Files with random faults are read or refused, and nothing traps",
    arguments: 0..<40 as Range<UInt64>)
  func mutations(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let pickle = Pickle.state()
    let whole = try PyTorchFixture.bytes("module.bin")
    for _ in 0..<100 {
      // With a sound archive around it, so that faults reach the pickle; and anywhere in a file.
      for bytes in [
        ZipBytes(pickle: mutated(pickle, using: &random)).bytes, mutated(whole, using: &random),
      ] {
        do {
          try read(bytes)
        } catch {
          #expect(error is CheckpointError, "seed \(seed): \(error)")
        }
      }
    }
  }
}
