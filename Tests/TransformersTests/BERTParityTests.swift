import Kernels
import Support
import Testing
import Transformers

/// The forward pass equals Hugging Face transformers' on tiny models.
@Suite struct BERTParityTests {
  @Test(
    "The last layer's states equal transformers' at every length",
    arguments: ModelFixture.bert + ModelFixture.kinOfBERT)
  func states(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadBERT()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    for length in golden.lengths {
      let states = model.encoder.encode(
        PackedBatch([try golden.integers("ids.\(length)")]),
        types: try golden.integers("token_types.\(length)"), on: &backend)
      let rows = try golden.integers("hidden_rows.\(length)")
      let wanted = try golden.floats("hidden.\(length)")
      let found = rows.flatMap { states[Int($0)] }
      #expect(
        greatestDifference(found, wanted) <= T5ParityTests.tolerance, "length \(length)")
    }
  }

  @Test(
    "Logits, with the last layer cut down, equal transformers'",
    arguments: ModelFixture.bert + ModelFixture.kinOfBERT)
  func logits(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadBERT()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    let lengths = golden.lengths
    let logits = model.logits(
      PackedBatch(try lengths.map { try golden.integers("ids.\($0)") }),
      types: try lengths.flatMap { try golden.integers("token_types.\($0)") }, on: &backend)
    for (row, length) in lengths.enumerated() {
      let wanted = try golden.floats("logits.\(length)")
      #expect(
        greatestDifference(logits[row], wanted) <= T5ParityTests.tolerance, "length \(length)")
    }
  }
}
