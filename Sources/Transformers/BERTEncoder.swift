import Kernels

/// BERT's encoder: its parameters' places, and the forward pass over any backend.
///
/// Source: Devlin et al. 2019 (arXiv 1810.04805); transformers' modeling_bert.py.
public struct BERTEncoder: Sendable {
  struct Norm: Sendable {
    let gain, bias: Parameter
  }

  struct Linear: Sendable {
    let weight, bias: Parameter
  }

  struct Layer: Sendable {
    let query, key, value, attentionOutput: Linear
    let attentionNorm: Norm
    let opening, closing: Linear
    let norm: Norm
  }

  /// The architecture.
  public let configuration: BERTConfiguration
  let words, positions, types: Parameter
  let embeddingNorm: Norm
  let layers: [Layer]

  /// Declares every parameter that a configuration asks for.
  ///
  /// - Parameter prefix: What tensor names begin with: `bert.` below a head, nothing in a file of the
  ///   encoder alone.
  public init(
    _ configuration: BERTConfiguration, prefix: String,
    declaring parameters: inout ParameterDeclarations
  ) {
    self.configuration = configuration
    let width = configuration.width
    let hidden = configuration.hiddenWidth
    func table(_ name: String, _ rows: Int) -> Parameter {
      parameters.matrix("\(prefix)embeddings.\(name).weight", rows: rows, columns: width)
    }
    words = table("word_embeddings", configuration.vocabularySize)
    positions = table("position_embeddings", configuration.maximumPositions)
    types = table("token_type_embeddings", configuration.tokenTypes)
    embeddingNorm = parameters.norm("\(prefix)embeddings", width)
    layers = (0..<configuration.layers).map { index in
      let layer = "\(prefix)encoder.layer.\(index)"
      func linear(_ name: String, _ rows: Int, _ columns: Int) -> Linear {
        Linear(
          weight: parameters.layer("\(layer).\(name).weight", rows: rows, columns: columns),
          bias: parameters.vector("\(layer).\(name).bias", count: rows))
      }
      return Layer(
        query: linear("attention.self.query", width, width),
        key: linear("attention.self.key", width, width),
        value: linear("attention.self.value", width, width),
        attentionOutput: linear("attention.output.dense", width, width),
        attentionNorm: parameters.norm("\(layer).attention.output", width),
        opening: linear("intermediate.dense", hidden, width),
        closing: linear("output.dense", width, hidden),
        norm: parameters.norm("\(layer).output", width))
    }
    // Old checkpoints store the positions themselves.
    parameters.ignore("\(prefix)embeddings.position_ids")
  }

  /// The last layer's states, `[tokens, width]`.
  ///
  /// - Parameters:
  ///   - types: The type of each token of the batch.
  ///   - observe: Called with the states after each layer, and the layer's number from 1.
  public func encode<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B,
    observe: ((_ layer: Int, _ states: B.Value) -> Void)? = nil
  ) -> B.Value {
    var states = embed(batch, types: types, on: &backend)
    for (index, layer) in layers.enumerated() {
      states = apply(layer, to: states, batch.offsets, on: &backend)
      observe?(index + 1, states)
    }
    return states
  }

  /// The last layer's states at each sequence's first token, `[sequences, width]`: all that a
  /// classifier reads, so the last layer computes nothing else.
  ///
  /// - Parameter types: The type of each token of the batch.
  public func encodeFirst<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    var states = embed(batch, types: types, on: &backend)
    for layer in layers.dropLast() {
      states = apply(layer, to: states, batch.offsets, on: &backend)
    }
    guard let last = layers.last else { return backend.select(batch.starts, of: states) }
    return applyToFirst(last, of: states, batch, on: &backend)
  }

  private func embed<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    precondition(types.count == batch.tokens.count, "each token has a type")
    let places = zip(batch.offsets, batch.offsets.dropFirst()).flatMap { start, end in
      (0..<Int32(end - start))
    }
    let sum = backend.add(
      backend.add(
        backend.gather(batch.tokens, from: words), backend.gather(types, from: self.types)),
      backend.gather(places, from: positions))
    return backend.drop(
      backend.layerNorm(
        sum, gain: embeddingNorm.gain, bias: embeddingNorm.bias, epsilon: configuration.epsilon))
  }

  private func apply<B: Backend>(
    _ layer: Layer, to states: B.Value, _ offsets: [Int], on backend: inout B
  ) -> B.Value {
    let (queries, keys, values) = backend.projections(
      of: states, query: (layer.query.weight, layer.query.bias),
      key: (layer.key.weight, layer.key.bias), value: (layer.value.weight, layer.value.bias))
    let attended = backend.attend(
      queries: queries, keys: keys, values: values, heads: configuration.heads, scale: scale,
      layout: AttentionLayout(within: offsets),
      positions: nil)
    return finish(layer, attended, residual: states, on: &backend)
  }

  /// The layer's output at each sequence's first token, `[sequences, width]`.
  private func applyToFirst<B: Backend>(
    _ layer: Layer, of states: B.Value, _ batch: PackedBatch, on backend: inout B
  ) -> B.Value {
    let first = backend.select(batch.starts, of: states)
    let attended = backend.attend(
      queries: backend.linear(first, layer.query.weight, bias: layer.query.bias), over: states,
      keyWeight: layer.key.weight, valueWeight: layer.value.weight, valueBias: layer.value.bias,
      heads: configuration.heads, scale: scale,
      layout: AttentionLayout(
        queryOffsets: Array(batch.offsets.indices), keyOffsets: batch.offsets))
    return finish(layer, attended, residual: first, on: &backend)
  }

  private func finish<B: Backend>(
    _ layer: Layer, _ attended: B.Value, residual: B.Value, on backend: inout B
  ) -> B.Value {
    let states = backend.linearLayerNorm(
      attended, layer.attentionOutput.weight, bias: layer.attentionOutput.bias,
      residual: residual, gain: layer.attentionNorm.gain, normBias: layer.attentionNorm.bias,
      epsilon: configuration.epsilon)
    let hidden = backend.linear(
      states, layer.opening.weight, bias: layer.opening.bias, then: configuration.activation)
    return backend.linearLayerNorm(
      hidden, layer.closing.weight, bias: layer.closing.bias, residual: states,
      gain: layer.norm.gain, normBias: layer.norm.bias, epsilon: configuration.epsilon)
  }

  /// 1/√(head width).
  private var scale: Float {
    1 / Float(configuration.width / configuration.heads).squareRoot()
  }
}

extension ParameterDeclarations {
  /// A linear layer of the head, with a bias: a weight, `[rows, columns]`, and a vector.
  mutating func linear(_ name: String, _ rows: Int, _ columns: Int) -> BERTEncoder.Linear {
    BERTEncoder.Linear(
      weight: matrix("\(name).weight", rows: rows, columns: columns),
      bias: vector("\(name).bias", count: rows))
  }

  fileprivate mutating func norm(_ name: String, _ width: Int) -> BERTEncoder.Norm {
    BERTEncoder.Norm(
      gain: vector("\(name).LayerNorm.weight", count: width),
      bias: vector("\(name).LayerNorm.bias", count: width))
  }
}
