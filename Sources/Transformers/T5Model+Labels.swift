import Kernels

extension T5Model {
  /// First-step logits of labels of one token each: for every sequence of a batch, one a label.
  public func firstStepLogits(
    of labels: [Int32], for batch: PackedBatch, on backend: inout InferenceBackend
  ) -> [[Float]] {
    let context = encodeInParts(batch, on: &backend)
    let states = firstStep(over: context, offsets: batch.offsets, on: &backend)
    let logits = logits(of: labels, from: states, on: &backend)
    return (0..<logits.rows).map { logits[$0] }
  }

  /// Log-likelihoods of labels of any number of tokens: for every sequence of a batch, one a label.
  ///
  /// Each is Σ log p(token | the tokens before), teacher-forced; labels that begin alike share the
  /// steps of their beginning.
  ///
  /// - Precondition: No label is empty.
  public func logLikelihoods(
    of labels: [[Int32]], for batch: PackedBatch, on backend: inout InferenceBackend
  ) -> [[Double]] {
    precondition(labels.allSatisfy { !$0.isEmpty }, "a label has at least one token")
    let context = encodeInParts(batch, on: &backend)
    var scores = Array(
      repeating: Array(repeating: 0.0, count: labels.count), count: batch.count)

    /// Adds the step after `token`, a decoding's last one, to the labels that begin with it.
    func decode(
      _ token: Int32, _ indices: [Int], depth: Int, _ cache: T5DecoderCache<Matrix>,
      on backend: inout InferenceBackend
    ) {
      var cache = cache
      let tokens = Array(repeating: token, count: batch.count)
      let states = step(
        tokens, cache: &cache, over: context, offsets: batch.offsets, on: &backend)
      let logits = logits(from: states, on: &backend)
      for sequence in 0..<batch.count {
        let row = UnsafeBufferPointer(
          start: logits.pointer + sequence * logits.columns, count: logits.columns)
        let total = Double(logSumExp(row))
        for index in indices {
          scores[sequence][index] += Double(row[Int(labels[index][depth])]) - total
        }
      }
      let unfinished = indices.filter { labels[$0].count > depth + 1 }
      let branches = Dictionary(grouping: unfinished) { labels[$0][depth] }
      for (next, indices) in branches.sorted(by: { $0.key < $1.key }) {
        decode(next, indices, depth: depth + 1, cache, on: &backend)
      }
    }

    decode(
      configuration.startToken, Array(labels.indices), depth: 0, T5DecoderCache(), on: &backend)
    return scores
  }

  /// The most likely token again and again, until the end of sequence.
  ///
  /// - Parameter limit: The most tokens of a sequence.
  /// - Returns: For each sequence its tokens without the start token, the end of sequence included.
  public func generate(
    for batch: PackedBatch, limit: Int, on backend: inout InferenceBackend
  ) -> [[Int32]] {
    let context = encodeInParts(batch, on: &backend)
    var cache = T5DecoderCache<Matrix>()
    var sequences = Array(repeating: [Int32](), count: batch.count)
    var last = Array(repeating: configuration.startToken, count: batch.count)
    var isFinished = Array(repeating: false, count: batch.count)
    // A finished sequence is computed on, and not listened to: texts of one batch end about together.
    while isFinished.contains(false), cache.steps < limit {
      let states = step(last, cache: &cache, over: context, offsets: batch.offsets, on: &backend)
      let logits = logits(from: states, on: &backend)
      for sequence in 0..<batch.count where !isFinished[sequence] {
        let row = UnsafeBufferPointer(
          start: logits.pointer + sequence * logits.columns, count: logits.columns)
        last[sequence] = Int32(indexOfGreatest(row))
        sequences[sequence].append(last[sequence])
        isFinished[sequence] = last[sequence] == configuration.endToken
      }
    }
    return sequences
  }

  /// So many tokens keep all rows of a product busy; more would only take more memory.
  private static let partTokens = 512

  /// The encoder's states as `encode` gives them, a few sequences at a time.
  ///
  /// The decoder, which reads all of its weights for a row a sequence, wants many sequences at once, and the
  /// encoder few: its layers' activations are an order of magnitude larger than its states.
  private func encodeInParts(_ batch: PackedBatch, on backend: inout InferenceBackend) -> Matrix {
    let parts = batch.parts(ofTokens: Self.partTokens)
    guard parts.count > 1 else { return encode(batch, on: &backend) }
    let out = backend.workspace.matrix(rows: batch.tokens.count, columns: configuration.width)
    for sequences in parts {
      let states = encode(batch[sequences], on: &backend)
      // In bounds: the part's rows of `out`.
      (out.pointer + batch.offsets[sequences.lowerBound] * out.columns).update(
        from: states.pointer, count: states.count)
    }
    return out
  }
}
