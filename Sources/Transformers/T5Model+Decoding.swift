import Kernels

/// What a decoder remembers of the steps it took: the keys and values of its self-attention.
///
/// A value, so that a decoding can go on in two ways from one point.
public struct T5DecoderCache<Value> {
  /// By layer, then by step; each `[sequences, heads · headWidth]`.
  var keys: [[Value]] = []
  var values: [[Value]] = []

  /// Before the first step.
  public init() {}

  /// How many steps were taken.
  public var steps: Int { keys.first?.count ?? 0 }
}

extension T5Model {
  /// The decoder's states after the start token, normalised and scaled for the head, `[sequences, width]`.
  ///
  /// At this step self-attention sees one key, so its weights are 1 and it is a linear map; up to
  /// the first cross-attention the states are the same for all sequences, and computed once.
  ///
  /// - Parameters:
  ///   - context: What `encode` gave for the batch, `[tokens, width]`.
  ///   - offsets: The batch's.
  public func firstStep<B: Backend>(
    over context: B.Value, offsets: [Int], on backend: inout B
  ) -> B.Value {
    let layout = crossLayout(offsets)
    var states = backend.drop(backend.gather([configuration.startToken], from: encoder.embedding))
    for (index, block) in decoder.enumerated() {
      let normal = configuration.norm(states, block.attention.norm, on: &backend)
      let value = backend.linear(normal, block.attention.value)
      states = backend.addLinear(states, value, block.attention.output)
      if index == 0 {
        states = backend.select(Array(repeating: 0, count: layout.count), of: states)
      }
      states = apply(block.crossAttention, to: states, context, layout, on: &backend)
      states = configuration.apply(block.feedForward, to: states, on: &backend)
    }
    return outputStates(states, on: &backend)
  }

  /// The decoder's states after one more token a sequence, as `firstStep` gives them.
  ///
  /// - Parameters:
  ///   - tokens: One a sequence; at first the start token.
  ///   - cache: The steps before; this one is added to it.
  public func step<B: Backend>(
    _ tokens: [Int32], cache: inout T5DecoderCache<B.Value>, over context: B.Value,
    offsets: [Int], on backend: inout B
  ) -> B.Value {
    let layout = crossLayout(offsets)
    let steps = cache.steps + 1
    if cache.keys.isEmpty {
      cache.keys = Array(repeating: [], count: decoder.count)
      cache.values = Array(repeating: [], count: decoder.count)
    }
    let causal = AttentionLayout(
      queryOffsets: Array(0...layout.count), keyOffsets: (0...layout.count).map { $0 * steps },
      direction: .causal)
    var states = backend.drop(backend.gather(tokens, from: encoder.embedding))
    for (index, block) in decoder.enumerated() {
      let attention = block.attention
      let normal = configuration.norm(states, attention.norm, on: &backend)
      cache.keys[index].append(backend.linear(normal, attention.key))
      cache.values[index].append(backend.linear(normal, attention.value))
      let attended = backend.attend(
        queries: backend.linear(normal, attention.query),
        keys: backend.interleave(cache.keys[index]),
        values: backend.interleave(cache.values[index]), heads: configuration.heads, scale: 1,
        layout: causal, positions: attention.positions)
      states = backend.addLinear(states, attended, attention.output)
      states = apply(block.crossAttention, to: states, context, layout, on: &backend)
      states = configuration.apply(block.feedForward, to: states, on: &backend)
    }
    return outputStates(states, on: &backend)
  }

  /// Logits of some tokens, `[sequences, tokens.count]`, of states that `firstStep` or `step` gave.
  public func logits<B: Backend>(
    of tokens: [Int32], from states: B.Value, on backend: inout B
  ) -> B.Value {
    backend.project(states, onto: tokens, of: head)
  }

  /// Logits of the whole vocabulary, `[sequences, vocabulary]`.
  public func logits<B: Backend>(from states: B.Value, on backend: inout B) -> B.Value {
    backend.linear(states, head)
  }

  /// One query row a sequence, and its whole text.
  func crossLayout(_ offsets: [Int]) -> AttentionLayout {
    AttentionLayout(queryOffsets: Array(offsets.indices), keyOffsets: offsets)
  }

  func apply<B: Backend>(
    _ attention: CrossAttention, to states: consuming B.Value, _ context: B.Value,
    _ layout: AttentionLayout, on backend: inout B
  ) -> B.Value {
    let normal = configuration.norm(states, attention.norm, on: &backend)
    let attended = backend.attend(
      queries: backend.linear(normal, attention.query), over: context, keyWeight: attention.key,
      valueWeight: attention.value, valueBias: nil, heads: configuration.heads, scale: 1,
      layout: layout)
    return backend.addLinear(states, attended, attention.output)
  }

  private func outputStates<B: Backend>(
    _ states: B.Value, on backend: inout B
  ) -> B.Value {
    let normal = backend.drop(configuration.norm(states, decoderNorm, on: &backend))
    guard configuration.headScale != 1 else { return normal }
    return backend.scale(normal, by: configuration.headScale)
  }
}
