import Checkpoints
import Support
import Testing

@Suite("PyTorch files")
struct PyTorchFileTests {
  @Test(
    "Every tensor is the one that torch.load gives, bit for bit",
    arguments: ["dtypes", "views", "module", "protocol-4"])
  func parity(name: String) throws {
    let file = try PyTorchFile(path: PyTorchFixture.path("\(name).bin"))
    let expected = try Safetensors(path: PyTorchFixture.path("\(name).safetensors"))
    #expect(file.tensors == expected.tensors)
    for tensor in expected.tensors where tensor.scalarType.isFloat {
      let found = try PyTorchFixture.bits(of: tensor.name, in: file)
      #expect(
        try found == PyTorchFixture.bits(of: tensor.name, in: expected), "\(tensor.name)")
    }
  }

  @Test("Integers and Booleans are listed, and not given as floats")
  func integers() throws {
    let file = try PyTorchFile(path: PyTorchFixture.path("dtypes.bin"))
    let others = file.tensors.filter { !$0.scalarType.isFloat }
    #expect(Set(others.map(\.scalarType)).count == 9)
    for tensor in others {
      let error = try #require(throws: CheckpointError.self) { try file.floats(of: tensor) }
      #expect(error.description.contains("expected F32, F16 or BF16"), "\(error)")
    }
  }

  @Test("Floats in order are the mapped file itself, and tied tensors are the same floats")
  func mapped() throws {
    let file = try PyTorchFile(path: PyTorchFixture.path("views.bin"))
    func floats(_ name: String) throws -> FloatBuffer {
      try file.floats(of: try #require(file.tensors.first { $0.name == name }))
    }
    #expect(try floats("tied.one").pointer == floats("tied.two").pointer)
    #expect(try floats("whole").pointer + 8 == floats("rows").pointer)
  }

  @Test("A tensor of another file is not found")
  func stray() throws {
    let file = try PyTorchFile(path: PyTorchFixture.path("views.bin"))
    let stray = StoredTensor(name: "whole", shape: [2], scalarType: .float32, count: 2)
    #expect(throws: CheckpointError.noSuchTensor(path: file.path, tensor: "whole")) {
      try file.floats(of: stray)
    }
  }

  @Test("A file from before PyTorch 1.6 is refused with what converts it")
  func legacy() throws {
    let error = try #require(throws: CheckpointError.self) {
      try PyTorchFile(path: PyTorchFixture.path("legacy.bin"))
    }
    #expect(error.description.contains("torch.save(torch.load(path, weights_only=True), path)"))
  }

  @Test("A directory's shards are found by their index")
  func shards() throws {
    let checkpoint = try CheckpointDirectory.open(PyTorchFixture.path("shards"))
    #expect(checkpoint.tensors.map(\.name) == ["first.weight", "second.weight"])
    for tensor in checkpoint.tensors { #expect(try checkpoint.floats(of: tensor).count == 6) }
  }

  @Test("Norms with the names of 2018 are given under today's")
  func oldNames() throws {
    let checkpoint = try CheckpointDirectory.open(PyTorchFixture.path("bert-old-names"))
    let expected = try ModelFixture(name: "bert-f16").checkpoint()
    #expect(checkpoint.tensors == expected.tensors)
    for tensor in expected.tensors where tensor.scalarType.isFloat {
      let found = try PyTorchFixture.bits(of: tensor.name, in: checkpoint)
      #expect(try found == PyTorchFixture.bits(of: tensor.name, in: expected), "\(tensor.name)")
    }
  }

  @Test("A norm under both of its names is refused")
  func bothNames() throws {
    try TemporaryFolder.use { folder in
      try writeShard(
        ["LayerNorm.weight", "LayerNorm.gamma"], to: folder.path(of: "model.safetensors"))
      let error = try #require(throws: CheckpointError.self) {
        try CheckpointDirectory.open(folder.path)
      }
      #expect(error.description.contains("expected one tensor \"LayerNorm.weight\""), "\(error)")
    }
  }

  @Test("A storage that has changed since it was written is refused where it is read")
  func checksum() throws {
    var bytes = try PyTorchFixture.bytes("views.bin")
    let file = try PyTorchFile(path: PyTorchFixture.path("views.bin"))
    let scalar = try #require(PyTorchFixture.bits(of: "scalar", in: file)?.first)
    let pattern = withUnsafeBytes(of: scalar.littleEndian) { Array($0) }
    // 2.5 stands in one storage only.
    let place = try #require(
      bytes.indices.dropLast(4).first { Array(bytes[$0..<$0 + 4]) == pattern && $0 % 64 == 0 })
    bytes[place] ^= 1
    try TemporaryFolder.use { folder in
      let broken = try PyTorchFile(path: folder.write(bytes, to: "x.bin"))
      #expect(broken.tensors == file.tensors)
      let error = try #require(throws: CheckpointError.self) {
        try PyTorchFixture.bits(of: "scalar", in: broken)
      }
      #expect(error.description.contains("expected bytes of checksum"), "\(error)")
      #expect(try PyTorchFixture.bits(of: "whole", in: broken) != nil)
    }
  }
}
