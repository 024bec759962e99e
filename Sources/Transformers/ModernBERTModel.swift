public import Kernels

/// ModernBERT for sequence classification: an encoder with rotary positions, whose layers attend to
/// the whole sequence or to near tokens in turn, and a head on the first state or on the mean.
///
/// Source: Warner et al. 2024 (arXiv 2412.13663); transformers' modeling_modernbert.py.
public struct ModernBERTModel: Sendable {
  private struct Norm: Sendable {
    let gain: Parameter
    let bias: Parameter?
  }

  private struct Linear: Sendable {
    let weight: Parameter
    let bias: Parameter?
  }

  private struct Layer: Sendable {
    /// nil in the first layer, whose input is normed already.
    let attentionNorm: Norm?
    let query, key, value, attentionOutput: Linear
    let norm: Norm
    /// The feed-forward is closing(activation(opening(x)) · gate(x)).
    let opening, gate, closing: Linear
  }

  /// The architecture.
  public let configuration: ModernBERTConfiguration
  private let words: Parameter
  private let embeddingNorm, finalNorm, headNorm: Norm
  private let layers: [Layer]
  private let head, classifier: Linear

  /// Declares every parameter that a configuration asks for.
  public init(
    _ configuration: ModernBERTConfiguration, declaring parameters: inout ParameterDeclarations
  ) {
    self.configuration = configuration
    let width = configuration.width
    let hidden = configuration.hiddenWidth
    let biases = configuration.biases
    func norm(_ name: String) -> Norm {
      Norm(
        gain: parameters.vector("\(name).weight", count: width),
        bias: biases.norms ? parameters.vector("\(name).bias", count: width) : nil)
    }
    func linear(_ name: String, _ rows: Int, _ columns: Int, _ hasBias: Bool) -> Linear {
      Linear(
        weight: parameters.matrix("\(name).weight", rows: rows, columns: columns),
        bias: hasBias ? parameters.vector("\(name).bias", count: rows) : nil)
    }
    // The checkpoint holds layers of the same input in one matrix, one below the other.
    func parts(_ name: String, _ count: Int, _ rows: Int, _ hasBias: Bool) -> [Linear] {
      (0..<count).map { part in
        let range = part * rows..<(part + 1) * rows
        return Linear(
          weight: parameters.matrix(
            "\(name).weight", rows: count * rows, columns: width, part: range),
          bias: hasBias
            ? parameters.vector("\(name).bias", count: count * rows, part: range) : nil)
      }
    }
    words = parameters.table(
      "model.embeddings.tok_embeddings.weight", rows: configuration.vocabularySize, columns: width)
    embeddingNorm = norm("model.embeddings.norm")
    layers = configuration.attention.indices.map { index in
      let name = "model.layers.\(index)"
      let projections = parts("\(name).attn.Wqkv", 3, width, biases.attention)
      let openings = parts("\(name).mlp.Wi", 2, hidden, biases.feedForward)
      return Layer(
        attentionNorm: index == 0 ? nil : norm("\(name).attn_norm"),
        query: projections[0], key: projections[1], value: projections[2],
        attentionOutput: linear("\(name).attn.Wo", width, width, biases.attention),
        norm: norm("\(name).mlp_norm"), opening: openings[0], gate: openings[1],
        closing: linear("\(name).mlp.Wo", width, hidden, biases.feedForward))
    }
    finalNorm = norm("model.final_norm")
    head = linear("head.dense", width, width, biases.head)
    headNorm = norm("head.norm")
    classifier = linear("classifier", configuration.labels, width, true)
  }

  /// The states after the final norm, `[tokens, width]`.
  public func encode<B: EncoderBackend>(_ batch: PackedBatch, on backend: inout B) -> B.Value {
    var states = embed(batch, on: &backend)
    for (index, layer) in layers.enumerated() {
      states = apply(layer, index, to: states, batch.offsets, on: &backend)
    }
    return norm(states, finalNorm, on: &backend)
  }

  /// The states after the final norm at each sequence's first token, `[sequences, width]`: the last
  /// layer computes nothing else.
  public func encodeFirst<B: EncoderBackend>(
    _ batch: PackedBatch, on backend: inout B
  ) -> B.Value {
    var states = embed(batch, on: &backend)
    for (index, layer) in layers.dropLast().enumerated() {
      states = apply(layer, index, to: states, batch.offsets, on: &backend)
    }
    let index = layers.count - 1
    states = applyToFirst(layers[index], index, of: states, batch, on: &backend)
    return norm(states, finalNorm, on: &backend)
  }

  /// The classifier's outputs, `[sequences, labels]`.
  public func logits<B: EncoderBackend>(_ batch: PackedBatch, on backend: inout B) -> B.Value {
    let pooled =
      switch configuration.pooling {
      case .first: encodeFirst(batch, on: &backend)
      case .mean: backend.mean(of: encode(batch, on: &backend), offsets: batch.offsets)
      }
    let hidden = backend.linear(
      pooled, head.weight, bias: head.bias, then: configuration.headActivation)
    return linear(norm(hidden, headNorm, on: &backend), classifier, on: &backend)
  }

  private func embed<B: EncoderBackend>(_ batch: PackedBatch, on backend: inout B) -> B.Value {
    norm(backend.gather(batch.tokens, from: words), embeddingNorm, on: &backend)
  }

  private func apply<B: EncoderBackend>(
    _ layer: Layer, _ index: Int, to states: B.Value, _ offsets: [Int], on backend: inout B
  ) -> B.Value {
    let attention = configuration.attention[index]
    let input = layer.attentionNorm.map { norm(states, $0, on: &backend) } ?? states
    let attended = backend.attend(
      queries: rotated(input, layer.query, attention, offsets, on: &backend),
      keys: rotated(input, layer.key, attention, offsets, on: &backend),
      values: linear(input, layer.value, on: &backend), heads: configuration.heads, scale: scale,
      layout: AttentionLayout(within: offsets, reach: attention.reach), positions: nil)
    return finish(layer, attended, residual: states, on: &backend)
  }

  /// The layer's output at each sequence's first token, `[sequences, width]`.
  private func applyToFirst<B: EncoderBackend>(
    _ layer: Layer, _ index: Int, of states: B.Value, _ batch: PackedBatch, on backend: inout B
  ) -> B.Value {
    let attention = configuration.attention[index]
    let first = backend.select(batch.starts, of: states)
    // Keys that the first token does not see are not computed.
    var seen: [Int32] = []
    var offsets = [0]
    for (start, end) in zip(batch.offsets, batch.offsets.dropFirst()) {
      let last = min(end, attention.reach.map { start + $0 + 1 } ?? end)
      seen += Int32(start)..<Int32(last)
      offsets.append(seen.count)
    }
    let context = backend.select(seen, of: states)
    let input = layer.attentionNorm.map { norm(context, $0, on: &backend) } ?? context
    let query = layer.attentionNorm.map { norm(first, $0, on: &backend) } ?? first
    let attended = backend.attend(
      // At place 0 nothing is rotated.
      queries: linear(query, layer.query, on: &backend),
      keys: rotated(input, layer.key, attention, offsets, on: &backend),
      values: linear(input, layer.value, on: &backend), heads: configuration.heads, scale: scale,
      layout: AttentionLayout(queryOffsets: Array(offsets.indices), keyOffsets: offsets),
      positions: nil)
    return finish(layer, attended, residual: first, on: &backend)
  }

  private func finish<B: EncoderBackend>(
    _ layer: Layer, _ attended: B.Value, residual: B.Value, on backend: inout B
  ) -> B.Value {
    let states = add(residual, attended, layer.attentionOutput, on: &backend)
    let input = norm(states, layer.norm, on: &backend)
    let hidden: B.Value
    if layer.opening.bias == nil && layer.gate.bias == nil {
      hidden = backend.gatedLinear(
        input, gate: layer.opening.weight, linear: layer.gate.weight,
        activation: configuration.activation)
    } else {
      hidden = backend.multiply(
        backend.linear(
          input, layer.opening.weight, bias: layer.opening.bias, then: configuration.activation),
        linear(input, layer.gate, on: &backend))
    }
    return add(states, hidden, layer.closing, on: &backend)
  }

  private func rotated<B: EncoderBackend>(
    _ x: B.Value, _ layer: Linear, _ attention: ModernBERTConfiguration.Attention,
    _ offsets: [Int], on backend: inout B
  ) -> B.Value {
    backend.rotate(
      linear(x, layer, on: &backend), heads: configuration.heads, base: attention.rotaryBase,
      offsets: offsets)
  }

  private func norm<B: EncoderBackend>(
    _ x: B.Value, _ norm: Norm, on backend: inout B
  ) -> B.Value {
    guard let bias = norm.bias else {
      return backend.layerNorm(x, gain: norm.gain, epsilon: configuration.epsilon)
    }
    return backend.layerNorm(x, gain: norm.gain, bias: bias, epsilon: configuration.epsilon)
  }

  private func linear<B: EncoderBackend>(
    _ x: B.Value, _ layer: Linear, on backend: inout B
  ) -> B.Value {
    backend.linear(x, layer.weight, bias: layer.bias)
  }

  /// x + what a layer makes of y.
  private func add<B: EncoderBackend>(
    _ x: B.Value, _ y: B.Value, _ layer: Linear, on backend: inout B
  ) -> B.Value {
    guard let bias = layer.bias else { return backend.addLinear(x, y, layer.weight) }
    return backend.add(x, backend.linear(y, layer.weight, bias: bias))
  }

  /// 1/√(head width).
  private var scale: Float {
    1 / Float(configuration.width / configuration.heads).squareRoot()
  }
}

extension ModernBERTModel: PairClassifier {
  /// Rows of the word embedding table.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The most tokens of a sequence.
  public var maximumPositions: Int { configuration.maximumPositions }
  /// It tells no types apart.
  public var tokenTypes: Int { 0 }
  /// The classifier's outputs.
  public var labels: Int { configuration.labels }

  /// Operations of all layers; of the last one only what the head reads.
  public func encoderOperations(lengths: [Int]) -> Double {
    configuration.encoderOperations(lengths: lengths)
  }

  /// The classifier's outputs, `[sequences, labels]`; types are not read.
  public func logits(
    _ batch: PackedBatch, types: [Int32], on backend: inout InferenceBackend
  ) -> Matrix {
    logits(batch, on: &backend)
  }
}
