import Checkpoints
import Support
import Testing

@Suite("Safetensors values")
struct SafetensorsTests {
  private func floats(_ buffer: FloatBuffer) -> [Float] {
    Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
  }

  @Test("Every pattern of F16 and BF16, and F32 and F64, come out exactly")
  func values() throws {
    let patterns = Array(UInt16.min...UInt16.max)
    let singles: [Float] = [0, -0.0, 1, -1.5, .pi, .leastNonzeroMagnitude, .infinity, .nan]
    let doubles: [Double] = [0.1, -2, 1e300, 16_777_217]
    let header =
      "{" + member("d", "F64", "[4]", 0, 32) + "," + member("s", "F32", "[2,4]", 32, 64) + ","
      + member("h", "F16", "[65536]", 64, 131_136) + ","
      + member("b", "BF16", "[256,256]", 131_136, 262_208) + "}"
    let data =
      littleEndian(doubles.map(\.bitPattern)) + littleEndian(singles.map(\.bitPattern))
      + littleEndian(patterns) + littleEndian(patterns)
    try TemporaryFolder.use { folder in
      let file = try Safetensors(path: folder.write(safetensors(header, data: data), to: "f"))
      func bits(_ name: String) throws -> [UInt32] {
        let tensor = try #require(file.tensors.first { $0.name == name })
        return floats(try file.floats(of: tensor)).map(\.bitPattern)
      }
      #expect(try bits("s") == singles.map(\.bitPattern))
      #expect(try bits("d") == doubles.map { Float($0).bitPattern })
      #expect(try bits("h") == patterns.map { Float(float16Bits: $0).bitPattern })
      #expect(try bits("b") == patterns.map { Float(bfloat16Bits: $0).bitPattern })
    }
  }

  /// A file with one F32 tensor whose header has a length of its own.
  private func file(padding: Int, in folder: TemporaryFolder) throws -> Safetensors {
    var header = "{\(member("w", "F32", "[3]", 0, 12))}"
    header += String(repeating: " ", count: 56 - header.utf8.count + padding)
    let data = littleEndian([Float(1), -2, 3.5].map(\.bitPattern))
    return try Safetensors(path: folder.write(safetensors(header, data: data), to: "w\(padding)"))
  }

  @Test("Aligned F32 is the mapped file itself")
  func mapped() throws {
    try TemporaryFolder.use { folder in
      let file = try file(padding: 8, in: folder)
      let first = try file.floats(of: file.tensors[0])
      #expect(floats(first) == [1, -2, 3.5])
      #expect(try file.floats(of: file.tensors[0]).pointer == first.pointer)
      // A mapping starts on a page, and the data at byte 72 of the file; a copy is 64-byte aligned.
      #expect(UInt(bitPattern: first.pointer) % 4096 == 72)
    }
  }

  @Test("Unaligned F32 is copied, with the same values", arguments: 1...3)
  func copied(padding: Int) throws {
    try TemporaryFolder.use { folder in
      let file = try file(padding: padding, in: folder)
      let buffer = try file.floats(of: file.tensors[0])
      #expect(floats(buffer) == [1, -2, 3.5])
      #expect(UInt(bitPattern: buffer.pointer) % 64 == 0)
      #expect(try file.floats(of: file.tensors[0]).pointer != buffer.pointer)
    }
  }

  @Test("Numbers outlive the checkpoint that they came from, and the name of its file")
  func outlives() throws {
    let buffer = try TemporaryFolder.use { folder in
      let file = try file(padding: 0, in: folder)
      return try file.floats(of: file.tensors[0])
    }
    #expect(floats(buffer) == [1, -2, 3.5])
  }

  @Test("Integers are listed, but are no floats; nor is a tensor of another checkpoint")
  func refuses() throws {
    try TemporaryFolder.use { folder in
      let types = ["I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"]
      let header = types.map { member($0, $0, "[0]", 0, 0) }.joined(separator: ",")
      let file = try Safetensors(path: folder.write(safetensors("{\(header)}"), to: "i"))
      #expect(file.tensors.map(\.scalarType.rawValue) == types.sorted())
      for tensor in file.tensors {
        #expect(
          throws: CheckpointError.unsupportedScalar(
            path: file.path, tensor: tensor.name, found: tensor.name)
        ) { try file.floats(of: tensor) }
      }
      let other = StoredTensor(name: "I64", shape: [2], scalarType: .float32, count: 2)
      #expect(throws: CheckpointError.noSuchTensor(path: file.path, tensor: "I64")) {
        try file.floats(of: other)
      }
    }
  }
}
