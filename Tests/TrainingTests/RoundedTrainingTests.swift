import Checkpoints
import Kernels
import Support
import Testing
import Training
import Transformers

/// Steps of training with layers in bfloat16.
@Suite struct RoundedTrainingTests {
  /// The losses of some steps of AdamW towards outputs of 0.5.
  private func losses(_ precision: Precision, steps: Int) throws -> [Double] {
    let fixture = ModelFixture(name: "bert-minilm")
    let checkpoint = try fixture.checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = BERTModel(
      try BERTConfiguration(fixture.configuration(), path: fixture.name), declaring: &declarations)
    let parameters = try TrainableParameters(declarations, from: checkpoint)
    let gradients = Gradients(for: parameters)
    let rounded = precision == .bf16 ? RoundedLayers(of: parameters) : nil
    let optimizer = AdamW(OptimizerSettings(), count: parameters.count)
    let golden = try fixture.golden()
    let batch = PackedBatch([try golden.integers("ids.7"), try golden.integers("ids.127")])
    let types = try [7, 127].flatMap { try golden.integers("token_types.\($0)") }
    var tape = Tape(parameters, gradients: gradients, rounded: rounded)
    var losses: [Double] = []
    for step in 1...steps {
      rounded?.round(threads: 2)
      gradients.clear()
      tape.begin(seed: 0)
      let logits = model.logits(batch, types: types, on: &tape)
      let differences = (0..<logits.matrix.rows).flatMap { logits.matrix[$0].map { $0 - 0.5 } }
      losses.append(differences.reduce(0) { $0 + 0.5 * Double($1) * Double($1) })
      tape.backward(from: [(logits, differences)])
      optimizer.step(
        parameters, gradients, number: step,
        rates: parameters.entries.map { _ in 1e-3 }, scale: 1, threads: 2)
    }
    return losses
  }

  @Test("The loss falls as it does in single precision")
  func falls() throws {
    let wanted = try losses(.fp32, steps: 12)
    let found = try losses(.bf16, steps: 12)
    let first = wanted[0]
    let least = try #require(wanted.min())
    #expect(least < 0.5 * first, "\(wanted)")
    #expect(found != wanted)
    for (one, other) in zip(found, wanted) {
      // What rounding moves a loss by is a few hundredths of what there is to learn.
      #expect(abs(one - other) < 0.05 * first, "\(found) \(wanted)")
    }
  }
}
