import Kernels

extension T5Model {
  /// The decoder's normalised states once it has read each text to its last token, `[sequences, width]`.
  ///
  /// Its inputs are the start token and all tokens of the text but the last, as transformers' classifiers
  /// shift them. They are not scaled, as there is no head of words behind them.
  ///
  /// - Parameter context: What `encode` gave for the batch, `[tokens, width]`.
  public func read<B: Backend>(
    _ batch: PackedBatch, over context: B.Value, on backend: inout B
  ) -> B.Value {
    let offsets = batch.offsets
    var inputs = [configuration.startToken] + batch.tokens.dropLast()
    for start in batch.starts { inputs[Int(start)] = configuration.startToken }
    let ends = offsets.dropFirst().map { Int32($0 - 1) }
    let last = crossLayout(offsets)

    var states = backend.drop(backend.gather(inputs, from: encoder.embedding))
    for (index, block) in decoder.enumerated() {
      let attention = block.attention
      let normal = configuration.norm(states, attention.norm, on: &backend)
      // From the last block on, only the states at the texts' ends count.
      let isLast = index == decoder.count - 1
      if isLast { states = backend.select(ends, of: states) }
      let asking = isLast ? backend.select(ends, of: normal) : normal
      let attended = backend.attend(
        queries: backend.linear(asking, attention.query),
        keys: backend.linear(normal, attention.key),
        values: backend.linear(normal, attention.value), heads: configuration.heads, scale: 1,
        layout: AttentionLayout(
          queryOffsets: isLast ? last.queryOffsets : offsets, keyOffsets: offsets,
          direction: .causal),
        positions: attention.positions)
      states = backend.addLinear(states, attended, attention.output)
      states =
        isLast
        ? apply(block.crossAttention, to: states, context, last, on: &backend)
        : applyToAll(block.crossAttention, to: states, context, offsets, on: &backend)
      states = configuration.apply(block.feedForward, to: states, on: &backend)
    }
    return configuration.norm(states, decoderNorm, on: &backend)
  }

  /// Cross-attention of as many rows as the text has: folding the keys would cost more than it saves.
  private func applyToAll<B: Backend>(
    _ attention: CrossAttention, to states: consuming B.Value, _ context: B.Value,
    _ offsets: [Int], on backend: inout B
  ) -> B.Value {
    let normal = configuration.norm(states, attention.norm, on: &backend)
    let attended = backend.attend(
      queries: backend.linear(normal, attention.query),
      keys: backend.linear(context, attention.key),
      values: backend.linear(context, attention.value), heads: configuration.heads, scale: 1,
      layout: AttentionLayout(within: offsets), positions: nil)
    return backend.addLinear(states, attended, attention.output)
  }
}
