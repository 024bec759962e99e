import Checkpoints
import Support
import Testing

@Suite("Writing safetensors")
struct SafetensorsWriterTests {
  private func floats(of name: String, in file: Safetensors) throws -> [Float] {
    let tensor = try #require(file.tensors.first { $0.name == name })
    let buffer = try file.floats(of: tensor)
    return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
  }

  @Test("What is written is read back: values, shapes, types, metadata")
  func roundTrip() throws {
    let seed: UInt64 = 11
    var random = SeededRandom(seed: seed)
    // More than one chunk of converted numbers.
    let values = (0..<70_000).map { _ in Float.random(in: -100...100, using: &random) }
    var writer = SafetensorsWriter(metadata: ["format": "pt", "note": "\"é\"\n"])
    writer.add("half", shape: [70_000], values, as: .float16)
    writer.add("z.weight", shape: [2, 35_000], values)
    writer.add("brain", shape: [70, 1000], values, as: .bfloat16)
    writer.add("empty", shape: [0, 3], [])
    writer.add("scalar \"é\\", shape: [], [.infinity])
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "model.safetensors")
      try writer.write(to: path)
      let file = try Safetensors(path: path)
      #expect(file.metadata.map { "\($0.key)=\($0.value)" } == ["format=pt", "note=\"é\"\n"])
      #expect(file.tensors.map(\.name) == ["brain", "empty", "half", "scalar \"é\\", "z.weight"])
      #expect(file.tensors.map(\.shape) == [[70, 1000], [0, 3], [70_000], [], [2, 35_000]])
      #expect(try floats(of: "z.weight", in: file) == values)
      #expect(
        try floats(of: "half", in: file) == values.map { Float(float16Bits: $0.float16Bits) })
      #expect(
        try floats(of: "brain", in: file) == values.map { Float(bfloat16Bits: $0.bfloat16Bits) })
      #expect(try floats(of: "scalar \"é\\", in: file) == [.infinity])
      #expect(try folder.names() == ["model.safetensors"])

      // The data starts aligned, so that reading F32 copies nothing.
      let length = try folder.bytes(of: "model.safetensors")[0]
      #expect(length % 8 == 0)
    }
  }

  @Test("Halves are rounded to the nearest, ties to even, and overflow to infinity")
  func rounding() throws {
    var writer = SafetensorsWriter()
    writer.add("f16", shape: [4], [2049, 2051, 65_519, -65_520], as: .float16)
    writer.add("bf16", shape: [3], [257, 259, -3.4028235e38], as: .bfloat16)
    try TemporaryFolder.use { folder in
      try writer.write(to: folder.path(of: "w"))
      let file = try Safetensors(path: folder.path(of: "w"))
      #expect(try floats(of: "f16", in: file) == [2048, 2052, 65_504, -.infinity])
      #expect(try floats(of: "bf16", in: file) == [256, 260, -.infinity])
    }
  }

  @Test("The same tensors make the same bytes, in whatever order they were added")
  func reproducible() throws {
    try TemporaryFolder.use { folder in
      let names = ["b", "a", "c"]
      for (name, order) in [("first", names), ("second", names.reversed())] {
        var writer = SafetensorsWriter(metadata: ["x": "1", "a": "2", "m": "3"])
        for tensor in order { writer.add(tensor, shape: [1], [Float(tensor.utf8.count)]) }
        try writer.write(to: folder.path(of: name))
      }
      #expect(try folder.bytes(of: "first") == folder.bytes(of: "second"))
    }
  }

  @Test("A failure leaves neither a temporary file nor a changed target")
  func atomic() throws {
    try TemporaryFolder.use { folder in
      var writer = SafetensorsWriter()
      writer.add("w", shape: [1], [1])
      // A directory cannot be replaced by a file: the last step fails.
      let directory = try folder.makeFolder("taken")
      try folder.write("old", to: "taken/file")
      for path in [directory, folder.path(of: "none/w"), folder.path(of: "cut\0.safetensors")] {
        let error = try #require(throws: CheckpointError.self) { try writer.write(to: path) }
        guard case .unwritable(path, _) = error else {
          Issue.record("expected unwritable, found \(error)")
          continue
        }
      }
      #expect(try folder.names() == ["taken"])
      #expect(try folder.text(of: "taken/file") == "old")

      // An old file is replaced whole.
      try folder.write(String(repeating: "old", count: 1000), to: "model")
      try writer.write(to: folder.path(of: "model"))
      #expect(try Safetensors(path: folder.path(of: "model")).tensors.map(\.name) == ["w"])
    }
  }
}
