import Kernels
import Support
import Synchronization
import Testing
import Transformers

/// A result depends on its sequence alone: not on its batch, its place in it, or the threads.
@Suite struct InferenceEngineTests {
  static func sequences(_ count: Int, below size: Int, seed: UInt64) -> [[Int32]] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { index in
      let length = [1, 2, 7, 40, 127, 128, 129, 300][index % 8]
      return (0..<length).map { _ in Int32.random(in: 0..<Int32(size), using: &random) }
    }
  }

  private func scores(
    _ sequences: [[Int32]], _ fixture: ModelFixture, _ precision: Precision = .fp32, threads: Int,
    batchTokens: Int
  ) throws -> [[UInt32]] {
    if fixture.name.contains("bert") {
      let (model, parameters) = try fixture.loadBERT()
      return InferenceEngine(parameters: parameters, precision: precision).run(
        lengths: sequences.map(\.count), threads: threads, batchTokens: batchTokens
      ) { indices, backend in
        let batch = PackedBatch(indices.map { sequences[$0] })
        let types = batch.tokens.map { $0 % 2 }
        let logits = model.logits(batch, types: types, on: &backend)
        return (0..<logits.rows).map { logits[$0].map(\.bitPattern) }
      }
    }
    let (model, parameters) = try fixture.loadT5()
    return InferenceEngine(parameters: parameters, precision: precision).run(
      lengths: sequences.map(\.count), threads: threads, batchTokens: batchTokens
    ) { indices, backend in
      let batch = PackedBatch(indices.map { sequences[$0] })
      return model.firstStepLogits(of: [3, 4, 5], for: batch, on: &backend)
        .map { $0.map(\.bitPattern) }
    }
  }

  @Test(
    "Scores are bit-equal for batches of 1, 2, 7 and 32, any order, one thread and two",
    arguments: ["t5-v1.0", "flan", "umt5", "bert-minilm", "tinybert"].map(ModelFixture.init),
    [Precision.fp32, .bf16, .int8])
  func batchesDoNotMatter(fixture: ModelFixture, precision: Precision) throws {
    let sequences = Self.sequences(32, below: 97, seed: 21)
    let wanted = try scores(sequences, fixture, precision, threads: 1, batchTokens: 1)
    for (threads, batchTokens) in [(1, 100_000), (2, 700), (2, 1), (7, 2048)] {
      #expect(
        try scores(sequences, fixture, precision, threads: threads, batchTokens: batchTokens)
          == wanted)
    }
    for size in [1, 2, 7] {
      for start in stride(from: 0, to: sequences.count, by: size) {
        let part = Array(sequences[start..<min(start + size, sequences.count)])
        #expect(
          try scores(part, fixture, precision, threads: 2, batchTokens: 4096)
            == Array(wanted[start..<start + part.count]))
      }
    }
    var random = SeededRandom(seed: 22)
    let order = sequences.indices.shuffled(using: &random)
    let shuffled = try scores(
      order.map { sequences[$0] }, fixture, precision, threads: 2, batchTokens: 1000)
    #expect(shuffled == order.map { wanted[$0] })
  }

  @Test("Progress rises to the end")
  func progress() throws {
    let sequences = Self.sequences(40, below: 97, seed: 24)
    let (_, parameters) = try ModelFixture(name: "t5-v1.0").loadT5()
    let reports = Mutex<[Int]>([])
    _ = InferenceEngine(parameters: parameters).run(
      lengths: sequences.map(\.count), threads: 2, batchTokens: 300,
      progress: { finished, total in
        reports.withLock { $0.append(total == 40 ? finished : -1) }
      },
      { indices, _ in indices })
    let seen = reports.withLock { $0 }
    #expect(seen == seen.sorted() && seen.last == 40 && seen.count > 3)
  }

  @Test("Operations that the backend fuses give what their parts give, up to rounding")
  func fusedOperations() throws {
    let (model, parameters) = try ModelFixture(name: "t5-v1.1").loadT5()
    let batch = PackedBatch(Self.sequences(6, below: 97, seed: 25))
    var fused = InferenceBackend(parameters: parameters)
    var plain = PlainBackend(base: InferenceBackend(parameters: parameters))
    let fusedStates = model.firstStep(
      over: model.encode(batch, on: &fused), offsets: batch.offsets, on: &fused)
    let plainStates = model.firstStep(
      over: model.encode(batch, on: &plain), offsets: batch.offsets, on: &plain)
    for row in 0..<batch.count {
      // States of order 3 after five layers.
      #expect(greatestDifference(fusedStates[row], plainStates[row]) < 2e-5)
    }
  }
}
