import Kernels
import Transformers

/// Takes encoded sequences through a model, on several threads.
struct SequenceRunner<Sequence: EncodedSequence>: Sendable {
  let threads: Int
  let sliceCount: Int
  /// nil: every prompt goes through the model.
  let cache: AnswerCache?
  let batchTokens: Int
  private let engine: InferenceEngine
  private let clock: EncodingClock?
  private let operations: @Sendable (_ lengths: [Int]) -> Double
  private let logits: @Sendable (_ batch: [Sequence], inout InferenceBackend) -> [[Double]]

  /// - Parameters:
  ///   - maximumTokens: The most tokens of a sequence.
  ///   - usefulBatchTokens: More at once would take more memory and no less time.
  ///   - operations: What sequences of so many tokens cost.
  ///   - logits: The model's answers to the sequences of a batch, one list a sequence.
  /// - Throws: `RerankingError.unusableOptions` for fewer than one thread or token.
  init(
    _ engine: InferenceEngine, maximumTokens: Int, usefulBatchTokens: Int = .max,
    options: RerankerOptions, cache: AnswerCache?,
    operations: @Sendable @escaping (_ lengths: [Int]) -> Double,
    logits: @Sendable @escaping (_ batch: [Sequence], inout InferenceBackend) -> [[Double]]
  ) throws(RerankingError) {
    self.engine = engine
    clock = options.encodingClock
    self.cache = cache
    threads = options.threads ?? ThreadTeam.availableCores
    batchTokens = min(options.batchTokens, usefulBatchTokens)
    sliceCount = Self.sliceCount(maximumTokens: maximumTokens)
    self.operations = operations
    self.logits = logits
    guard threads >= 1 else {
      throw .unusableOptions(reason: "expected at least one thread, found \(threads)")
    }
    guard batchTokens >= 1 else {
      throw .unusableOptions(
        reason: "expected batches of at least one token, found \(batchTokens)")
    }
    // A cache may have all answers.
    if cache == nil { engine.prepare(threads: threads) }
  }

  /// How many sequences are encoded, and computed, before the next are: 8 million tokens at most.
  ///
  /// A million pairs of long documents would otherwise take gigabytes before the first is computed.
  private static func sliceCount(maximumTokens: Int) -> Int {
    max(1, min(16_384, (1 << 23) / max(maximumTokens, 1)))
  }

  /// The results of `body` for each number below `count`, computed on all threads.
  func map<Result: Sendable>(
    count: Int, _ body: @Sendable @escaping (Int) -> Result
  ) -> [Result] {
    ThreadTeam.map(count: count, threads: threads, body)
  }

  /// The model's answers to some prompts, in their order; what the cache has is not computed.
  ///
  /// - Parameters:
  ///   - count: How many prompts there are.
  ///   - keys: The keys of all of them; only asked for where there is a cache.
  ///   - encode: The prompts at some positions, none of them empty; not called for no position.
  func answers(
    count: Int, tally: inout ScoringTally, progress: Progress?,
    keys: (AnswerCache) -> [ScoreKey], encode: ([Int]) throws(RerankingError) -> [Sequence]
  ) throws(RerankingError) -> [ModelAnswer] {
    let known = cache.map { (cache: $0, keys: keys($0)) }
    var answers =
      known.map { $0.cache.answers(for: $0.keys) } ?? Array(repeating: nil, count: count)
    let missing = answers.indices.filter { answers[$0] == nil }
    let hits = count - missing.count
    if known != nil { tally.add(cacheHits: hits, cacheMisses: missing.count) }
    if hits > 0 { progress?(hits, count) }
    guard !missing.isEmpty else { return answers.compactMap { $0 } }

    let sequences =
      if let clock {
        try clock.measure { () throws(RerankingError) in try encode(missing) }
      } else {
        try encode(missing)
      }
    let logits = logits(
      of: sequences, tally: &tally,
      progress: Reranking.progress(ofPartAfter: hits, of: count, to: progress))
    for (position, (logits, sequence)) in zip(missing, zip(logits, sequences)) {
      answers[position] = ModelAnswer(logits, to: sequence)
    }
    known?.cache.store(
      missing.compactMap { position in
        answers[position].flatMap { answer in known.map { ($0.keys[position], answer) } }
      })
    return answers.compactMap { $0 }
  }

  /// The model's logits for some sequences, in their order.
  private func logits(
    of sequences: [Sequence], tally: inout ScoringTally, progress: Progress?
  ) -> [[Double]] {
    let lengths = sequences.map(\.tokens.count).filter { $0 > 0 }
    tally.add(lengths: lengths, operations: operations(lengths))
    tally.add(
      documentsWithVectors: sequences.count - lengths.count,
      without: sequences.count { $0.lacksStoredVectors })
    let logits = logits
    return engine.run(
      lengths: sequences.map(\.weight), threads: threads, batchTokens: batchTokens,
      progress: progress
    ) { batch, backend in
      logits(batch.map { sequences[$0] }, &backend)
    }
  }
}
