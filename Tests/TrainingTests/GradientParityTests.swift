import Checkpoints
import Foundation
import Kernels
import Support
import Testing
import Training
import Transformers

/// Gradients equal PyTorch's, as scripts/golden/gradients.py wrote them, on tiny models of every family.
@Suite struct GradientParityTests {
  // fp32 sums in another order through a few layers; a wrong factor anywhere is a thousand times more.
  static let tolerance = 1e-4
  static let lengths = [7, 127, 129]
  static let labels: [Int32] = [5, 9, 11]

  static let t5 = ModelFixture.t5.filter {
    !["t5-f16", "t5-bf16", "t5-sharded", "t5-nested", "t5-untied-bare", "t5-tied-head"]
      .contains($0.name)
  }
  static let bert = (ModelFixture.bert + ModelFixture.kinOfBERT).filter {
    ["bert-minilm", "bert-two-labels", "tinybert", "distilbert", "electra", "albert"].contains(
      $0.name)
  }

  @Test("Gradients of every T5 parameter equal PyTorch's", arguments: t5)
  func encoderDecoder(fixture: ModelFixture) throws {
    let checkpoint = try fixture.checkpoint()
    var declarations = try TrainableModel.declarations(for: checkpoint)
    let model = T5Model(
      try T5Configuration(fixture.configuration(), path: fixture.name), declaring: &declarations)
    let parameters = try TrainableParameters(declarations, from: checkpoint)
    let gradients = Gradients(for: parameters)
    let golden = try fixture.golden()
    var tape = Tape(parameters, gradients: gradients)
    var loss = 0.0

    let batch = PackedBatch(try Self.lengths.map { try golden.integers("ids.\($0)") })
    let teachers = try Self.lengths.map { try golden.integers("teacher_tokens.\($0)") }
    tape.begin(seed: 0)
    let context = model.encode(batch, on: &tape)
    var slopes: [(value: Tape.Value, gradient: [Float])] = []
    var cache = T5DecoderCache<Tape.Value>()
    for step in 0..<3 {
      let inputs =
        step == 0
        ? Array(repeating: model.configuration.startToken, count: batch.count)
        : teachers.map { $0[step - 1] }
      let states = model.step(
        inputs, cache: &cache, over: context, offsets: batch.offsets, on: &tape)
      let logits = model.logits(from: states, on: &tape)
      slopes.append((logits, crossEntropy(logits, teachers.map { Int($0[step]) }, &loss)))
    }
    // The first step's own path, over the same encoder states.
    let states = model.firstStep(over: context, offsets: batch.offsets, on: &tape)
    let logits = model.logits(of: Self.labels, from: states, on: &tape)
    slopes.append((logits, crossEntropy(logits, [0, 0, 0], &loss)))
    tape.backward(from: slopes)
    try expect(gradients, equal: "gradients.safetensors", of: fixture, loss: loss)
  }

  @Test("Gradients of every parameter of BERT and its kin equal PyTorch's", arguments: bert)
  func encoder(fixture: ModelFixture) throws {
    let checkpoint = try fixture.checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = BERTModel(
      try BERTConfiguration(fixture.configuration(), path: fixture.name), declaring: &declarations)
    let parameters = try TrainableParameters(declarations, from: checkpoint)
    let gradients = Gradients(for: parameters)
    let golden = try fixture.golden()
    var tape = Tape(parameters, gradients: gradients)

    let batch = PackedBatch(try Self.lengths.map { try golden.integers("ids.\($0)") })
    let types = try Self.lengths.flatMap { try golden.integers("token_types.\($0)") }
    tape.begin(seed: 0)
    let logits = model.logits(batch, types: types, on: &tape)
    let differences = (0..<logits.matrix.rows).flatMap { logits.matrix[$0].map { $0 - 0.5 } }
    let loss = differences.reduce(0) { $0 + 0.5 * Double($1) * Double($1) }
    tape.backward(from: [(logits, differences)])
    try expect(gradients, equal: "gradients.safetensors", of: fixture, loss: loss)
  }

  /// The gradient of −Σ log softmax(logits)[target] by the logits; adds that loss.
  private func crossEntropy(
    _ logits: Tape.Value, _ targets: [Int], _ loss: inout Double
  ) -> [Float] {
    var gradient: [Float] = []
    for (row, target) in targets.enumerated() {
      let values = logits.matrix[row].map(Double.init)
      let greatest = values.max() ?? 0
      let total = values.reduce(0) { $0 + exp($1 - greatest) }
      loss -= values[target] - greatest - log(total)
      gradient += values.indices.map {
        Float(exp(values[$0] - greatest) / total - ($0 == target ? 1 : 0))
      }
    }
    return gradient
  }

  private func expect(
    _ gradients: Gradients, equal file: String, of fixture: ModelFixture, loss: Double
  ) throws {
    let wanted = try Safetensors(path: fixture.folder + "/" + file)
    var total = 0.0
    var tensors: [(name: String, wanted: [Float], found: [Float])] = []
    for tensor in wanted.tensors {
      let buffer = try wanted.floats(of: tensor)
      let values = Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
      if tensor.name == "loss" {
        #expect(abs(loss - Double(values[0])) <= 1e-5 * abs(loss))
        continue
      }
      let found = try #require(gradients[tensor.name], "\(tensor.name) is a parameter")
      tensors.append((tensor.name, values, found))
      total += squares(values)
    }
    for (name, wanted, found) in tensors {
      let difference = squares(zip(wanted, found).map { $0 - $1 }).squareRoot()
      // A bias of keys moves no probability: its gradient is rounding alone, in either system.
      let norm =
        name.hasSuffix("key.bias") || name.hasSuffix("k_lin.bias")
        ? 1e-3 * total.squareRoot() : squares(wanted).squareRoot()
      #expect(difference <= Self.tolerance * norm, "\(name): \(difference / norm)")
    }
  }

  private func squares(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }
  }
}
