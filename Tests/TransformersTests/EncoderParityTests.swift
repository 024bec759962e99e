import Kernels
import Support
import Testing
import Transformers

/// The forward passes of the encoders that have a text of their own equal Hugging Face transformers'
/// on tiny models.
@Suite struct EncoderParityTests {
  @Test("ModernBERT's states and logits equal transformers'", arguments: ModelFixture.modernBERT)
  func modernBERT(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadModernBERT()
    try expectParity(
      fixture, parameters, states: { model.encode($0, on: &$2) },
      logits: { model.logits($0, on: &$2) })
  }

  @Test("DeBERTa's states and logits equal transformers'", arguments: ModelFixture.deBERTa)
  func deBERTa(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadDeBERTa()
    try expectParity(
      fixture, parameters, states: { model.encode($0, types: $1, on: &$2) },
      logits: { model.logits($0, types: $1, on: &$2) })
  }

  @Test("Fused operations give what their parts give, up to rounding")
  func fusedOperations() throws {
    for fixture in ModelFixture.modernBERT {
      let (model, parameters) = try fixture.loadModernBERT()
      try expectSame(fixture, parameters) {
        model.logits($0, on: &$2)
      } plain: {
        model.logits($0, on: &$2)
      }
    }
    for fixture in ModelFixture.deBERTa {
      let (model, parameters) = try fixture.loadDeBERTa()
      try expectSame(fixture, parameters) {
        model.logits($0, types: $1, on: &$2)
      } plain: {
        model.logits($0, types: $1, on: &$2)
      }
    }
  }

  private func expectSame(
    _ fixture: ModelFixture, _ parameters: Parameters, fused: Pass,
    plain: (PackedBatch, [Int32], inout PlainBackend) -> Matrix
  ) throws {
    let golden = try fixture.golden()
    let batch = PackedBatch([try golden.integers("ids.129")])
    let types = try golden.integers("token_types.129")
    var backend = InferenceBackend(parameters: parameters)
    var plainBackend = PlainBackend(base: InferenceBackend(parameters: parameters))
    // Logits of order 3 after four layers.
    #expect(
      greatestDifference(
        fused(batch, types, &backend)[0], plain(batch, types, &plainBackend)[0]) < 2e-5)
  }

  private typealias Pass = (PackedBatch, [Int32], inout InferenceBackend) -> Matrix

  private func expectParity(
    _ fixture: ModelFixture, _ parameters: Parameters, states: Pass, logits: Pass
  ) throws {
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    let lengths = golden.lengths
    for length in lengths {
      let found = states(
        PackedBatch([try golden.integers("ids.\(length)")]),
        try golden.integers("token_types.\(length)"), &backend)
      let rows = try golden.integers("hidden_rows.\(length)")
      let difference = greatestDifference(
        rows.flatMap { found[Int($0)] }, try golden.floats("hidden.\(length)"))
      #expect(difference <= T5ParityTests.tolerance, "states of length \(length)")
    }
    let together = logits(
      PackedBatch(try lengths.map { try golden.integers("ids.\($0)") }),
      try lengths.flatMap { try golden.integers("token_types.\($0)") }, &backend)
    for (row, length) in lengths.enumerated() {
      let difference = greatestDifference(together[row], try golden.floats("logits.\(length)"))
      #expect(difference <= T5ParityTests.tolerance, "logits of length \(length)")
      let alone = logits(
        PackedBatch([try golden.integers("ids.\(length)")]),
        try golden.integers("token_types.\(length)"), &backend)
      #expect(alone[0] == together[row], "length \(length) depends on its batch")
    }
  }
}
