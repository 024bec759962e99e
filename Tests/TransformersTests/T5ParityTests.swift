import Kernels
import Support
import Testing
import Transformers

/// The forward pass equals Hugging Face transformers' on tiny models of every family.
@Suite struct T5ParityTests {
  // fp32 rounding through a few layers; the fixtures' script shows that every flaw it can think of
  // moves the outputs by more than ten times as much.
  static let tolerance: Float = 1e-4

  @Test("Encoder states equal transformers' at every length", arguments: ModelFixture.t5)
  func encoder(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadT5()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    for length in golden.lengths {
      let batch = PackedBatch([try golden.integers("ids.\(length)")])
      let states = model.encode(batch, on: &backend)
      let rows = try golden.integers("encoder_rows.\(length)")
      let wanted = try golden.floats("encoder.\(length)")
      let found = rows.flatMap { states[Int($0)] }
      #expect(greatestDifference(found, wanted) <= Self.tolerance, "length \(length)")
    }
  }

  @Test("First-step logits of the whole vocabulary equal transformers'", arguments: ModelFixture.t5)
  func firstStep(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadT5()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    // All lengths in one batch: neighbours must not matter.
    let lengths = golden.lengths
    let batch = PackedBatch(try lengths.map { try golden.integers("ids.\($0)") })
    let labels = (0..<Int32(model.configuration.vocabularySize)).map { $0 }
    let logits = model.firstStepLogits(of: labels, for: batch, on: &backend)
    for (length, found) in zip(lengths, logits) {
      let wanted = try golden.floats("first_step_logits.\(length)")
      #expect(greatestDifference(found, wanted) <= Self.tolerance, "length \(length)")
    }
  }

  @Test("Three teacher-forced steps with a cache equal transformers'", arguments: ModelFixture.t5)
  func teacherForcing(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadT5()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    for length in golden.lengths {
      let batch = PackedBatch([try golden.integers("ids.\(length)")])
      let teacher = try golden.integers("teacher_tokens.\(length)")
      let context = model.encode(batch, on: &backend)
      var cache = T5DecoderCache<InferenceBackend.Value>()
      var found: [Float] = []
      for token in [model.configuration.startToken, teacher[0], teacher[1]] {
        let states = model.step(
          [token], cache: &cache, over: context, offsets: batch.offsets, on: &backend)
        found += model.logits(from: states, on: &backend)[0]
      }
      let wanted = try golden.floats("teacher_logits.\(length)")
      #expect(greatestDifference(found, wanted) <= Self.tolerance, "length \(length)")
    }
  }

  @Test("A label's likelihood is that of its teacher-forced tokens", arguments: ModelFixture.t5)
  func labelLikelihoods(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadT5()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    let lengths = golden.lengths
    for length in lengths {
      let batch = PackedBatch([try golden.integers("ids.\(length)")])
      let teacher = try golden.integers("teacher_tokens.\(length)")
      let steps = try golden.floats("teacher_logits.\(length)")
      let size = model.configuration.vocabularySize
      // By hand: log-softmax of each step in double precision, at the teacher's token.
      let terms = (0..<3).map { step -> Double in
        let row = steps[step * size..<(step + 1) * size].map { Double($0) }
        let greatest = row.max() ?? 0
        let total = row.reduce(0) { $0 + exponential($1 - greatest) }
        return row[Int(teacher[step])] - greatest - logarithm(total)
      }
      let wanted = [terms[0], terms[0] + terms[1], terms.reduce(0, +)]
      let labels = (1...3).map { Array(teacher.prefix($0)) }
      let found = model.logLikelihoods(of: labels, for: batch, on: &backend)[0]
      for (found, wanted) in zip(found, wanted) {
        // Three logits of 1e-4 each, and as many totals.
        #expect(abs(found - wanted) <= 6e-4, "length \(length)")
      }
    }
  }

  @Test("Greedy decoding emits transformers' tokens", arguments: ModelFixture.t5)
  func generation(fixture: ModelFixture) throws {
    let (model, parameters) = try fixture.loadT5()
    let golden = try fixture.golden()
    var backend = InferenceBackend(parameters: parameters)
    let lengths = golden.lengths.filter { [7, 128].contains($0) }
    let batch = PackedBatch(try lengths.map { try golden.integers("ids.\($0)") })
    let generated = model.generate(for: batch, limit: 8, on: &backend)
    for (length, tokens) in zip(lengths, generated) {
      #expect(try tokens == golden.integers("generated.\(length)"), "length \(length)")
    }
  }
}
