import Checkpoints
import Kernels
import Support
import Testing
import Transformers

/// A checkpoint in memory.
private struct ListedCheckpoint: Checkpoint {
  let tensors: [StoredTensor]
  let damaged: Set<String>

  init(_ tensors: [(name: String, shape: [Int], type: ScalarType)], damaged: Set<String> = []) {
    self.damaged = damaged
    self.tensors = tensors.map {
      StoredTensor(
        name: $0.name, shape: $0.shape, scalarType: $0.type, count: $0.shape.reduce(1, *))
    }
  }

  func floats(of tensor: StoredTensor) throws(CheckpointError) -> FloatBuffer {
    FloatBuffer(count: tensor.count) { $0.initialize(repeating: 1) }
  }

  func check(_ tensor: StoredTensor) throws(CheckpointError) {
    if damaged.contains(tensor.name) { throw .malformed(path: "p", reason: "damaged") }
  }
}

@Suite struct ParametersTests {
  @Test("Every missing, unexpected and misshapen tensor is named at once")
  func refusal() {
    let checkpoint = ListedCheckpoint([
      ("a", [2, 3], .float32), ("b", [3, 2], .float16), ("c", [4], .int64), ("x", [1], .float32),
      ("y", [1], .float32), ("stray", [9], .int64),
    ])
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    _ = declarations.matrix("a", rows: 2, columns: 3)
    _ = declarations.matrix("b", rows: 2, columns: 3)
    _ = declarations.vector("c", count: 4)
    _ = declarations.vector("d", count: 4)
    _ = declarations.vector("e", count: 4)
    declarations.ignore("stray")
    declarations.ignore("not even there")
    #expect(
      throws: ModelError.tensors(
        missing: ["d", "e"], unexpected: ["x", "y"],
        misshapen: [
          "b (expected floats of shape [2, 3], found F16 of [3, 2])",
          "c (expected floats of shape [4], found I64 of [4])",
        ])
    ) { try Parameters(declarations, from: checkpoint) }
  }

  @Test("A damaged layer is refused at once, not when it is first multiplied")
  func damage() {
    let checkpoint = ListedCheckpoint([("a", [2, 3], .float16)], damaged: ["a"])
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    _ = declarations.layer("a", rows: 2, columns: 3)
    #expect(throws: CheckpointError.malformed(path: "p", reason: "damaged")) {
      try Parameters(declarations, from: checkpoint)
    }
  }

  @Test("An F32 tensor is the mapped file itself, not a copy")
  func mapped() throws {
    let fixture = ModelFixture(name: "t5-v1.0")
    let checkpoint = try Safetensors(path: fixture.folder + "/model.safetensors")
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = T5Model(
      try T5Configuration(fixture.configuration(), path: ""), declaring: &declarations)
    _ = model
    let parameters = try Parameters(declarations, from: checkpoint)
    let tensor = try #require(checkpoint.tensors.first { $0.name == "shared.weight" })
    // Two reads of a mapped tensor give one address; two copies could not.
    let first = try checkpoint.floats(of: tensor)
    let second = try checkpoint.floats(of: tensor)
    #expect(first.pointer == second.pointer)
    #expect(parameters.count == checkpoint.tensors.reduce(0) { $0 + $1.count })
  }

  @Test(
    "Rows of a table stored in 16 bits are those of its floats",
    arguments: [ScalarType.float16, .bfloat16])
  func tables(type: ScalarType) throws {
    var random = SeededRandom(seed: 31)
    let values = (0..<7 * 5).map { _ in Float.random(in: -3...3, using: &random) }
    try TemporaryFolder.use { folder in
      var writer = SafetensorsWriter()
      // Before the table, so that its numbers lie at no multiple of 4.
      writer.add("a", shape: [3], [1, 2, 3], as: .bfloat16)
      writer.add("table", shape: [7, 5], values, as: type)
      try writer.write(to: folder.path(of: "model.safetensors"))
      let checkpoint = try Safetensors(path: folder.path(of: "model.safetensors"))
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      declarations.ignore("a")
      let table = declarations.table("table", rows: 7, columns: 5)
      var backend = InferenceBackend(parameters: try Parameters(declarations, from: checkpoint))
      let rows: [Int32] = [6, 0, 3, 3]
      let found = backend.gather(rows, from: table)
      let tensor = try #require(checkpoint.tensors.first { $0.name == "table" })
      let floats = try checkpoint.floats(of: tensor)
      for (place, row) in rows.enumerated() {
        let wanted = UnsafeBufferPointer(start: floats.pointer + Int(row) * 5, count: 5)
        #expect(found[place] == Array(wanted))
      }
    }
  }

  @Test("Parts of a tensor are its rows, in its memory, and a lacking tensor is named once")
  func parts() throws {
    let checkpoint = try ModelFixture(name: "modernbert").checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    for tensor in checkpoint.tensors where !tensor.name.hasSuffix("0.attn.Wqkv.weight") {
      declarations.ignore(tensor.name)
    }
    let name = "model.layers.0.attn.Wqkv.weight"
    let whole = declarations.matrix(name, rows: 90, columns: 30)
    let second = declarations.matrix(name, rows: 90, columns: 30, part: 30..<60)
    #expect(second.rows == 30 && second.columns == 30)
    let parameters = try Parameters(declarations, from: checkpoint)
    #expect(parameters[second].pointer == parameters[whole].pointer + 30 * 30)
    #expect(parameters[second].count == 30 * 30)
    for part in [0..<4, 4..<8] { _ = declarations.vector("lacking", count: 8, part: part) }
    #expect(throws: ModelError.tensors(missing: ["lacking"], unexpected: [], misshapen: [])) {
      try Parameters(declarations, from: checkpoint)
    }
  }

  @Test("A checkpoint of another architecture is refused")
  func wrongArchitecture() throws {
    let checkpoint = try ModelFixture(name: "t5-v1.1").checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let other = ModelFixture(name: "t5-v1.0")
    _ = T5Model(try T5Configuration(other.configuration(), path: ""), declaring: &declarations)
    #expect(throws: ModelError.self) { try Parameters(declarations, from: checkpoint) }
  }
}
