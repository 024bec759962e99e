import Kernels

/// The encoder of BERT and its kin: its parameters' places, and the forward pass over any backend.
///
/// DistilBERT has no token types, ELECTRA and ALBERT may widen their embeddings, ALBERT's layers share
/// weights, RoBERTa counts positions in its own way; the rest is BERT.
///
/// Source: Devlin et al. 2019 (arXiv 1810.04805), Sanh et al. 2019 (arXiv 1910.01108), Clark et al.
/// 2020 (arXiv 2003.10555), Liu et al. 2019 (arXiv 1907.11692), Lan et al. 2019 (arXiv 1909.11942);
/// transformers' modeling files of each.
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

    /// The layer's output, from what its heads give and from its input.
    func finish<B: Backend>(
      _ attended: B.Value, residual: consuming B.Value, activation: Activation, epsilon: Float,
      on backend: inout B
    ) -> B.Value {
      backend.byRows(residual, attended) { backend, residual, attended in
        let states = backend.linearLayerNorm(
          attended, attentionOutput.weight, bias: attentionOutput.bias, residual: residual,
          gain: attentionNorm.gain, normBias: attentionNorm.bias, epsilon: epsilon)
        let hidden = backend.linear(states, opening.weight, bias: opening.bias, then: activation)
        return backend.linearLayerNorm(
          hidden, closing.weight, bias: closing.bias, residual: states, gain: norm.gain,
          normBias: norm.bias, epsilon: epsilon)
      }
    }
  }

  /// The architecture.
  public let configuration: BERTConfiguration
  let words, positions: Parameter
  let types: Parameter?
  let embeddingNorm: Norm
  let projection: Linear?
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
    let embedding = configuration.embeddingWidth
    let names = BERTTensorNames(configuration.family)
    func table(_ name: String, _ rows: Int) -> Parameter {
      parameters.table("\(prefix)embeddings.\(name).weight", rows: rows, columns: embedding)
    }
    words = table("word_embeddings", configuration.vocabularySize)
    positions = table("position_embeddings", configuration.positionRows)
    types =
      configuration.tokenTypes > 0
      ? table("token_type_embeddings", configuration.tokenTypes) : nil
    embeddingNorm = parameters.norm("\(prefix)embeddings.LayerNorm", embedding)
    projection = names.projection(from: embedding, to: width).map {
      parameters.linear(prefix + $0, width, embedding)
    }
    let distinct = (0..<configuration.distinctLayers).map { index in
      let layer = prefix + names.layer(index)
      let name = names.layer
      func linear(_ name: String, _ rows: Int, _ columns: Int) -> Linear {
        Linear(
          weight: parameters.layer("\(layer).\(name).weight", rows: rows, columns: columns),
          bias: parameters.vector("\(layer).\(name).bias", count: rows))
      }
      return Layer(
        query: linear(name.query, width, width),
        key: linear(name.key, width, width),
        value: linear(name.value, width, width),
        attentionOutput: linear(name.attentionOutput, width, width),
        attentionNorm: parameters.norm("\(layer).\(name.attentionNorm)", width),
        opening: linear(name.opening, hidden, width),
        closing: linear(name.closing, width, hidden),
        norm: parameters.norm("\(layer).\(name.norm)", width))
    }
    layers = (0..<configuration.layers).map {
      distinct[$0 * distinct.count / configuration.layers]
    }
    // Old checkpoints store the positions themselves.
    parameters.ignore("\(prefix)embeddings.position_ids")
  }

  /// The last layer's states, `[tokens, width]`.
  ///
  /// - Parameters:
  ///   - types: The type of each token of the batch; not read by a model without types.
  ///   - seenCounts: How many of each sequence's first tokens its tokens see, at least 1; nil: all.
  ///   - observe: Called with the states after each layer, and the layer's number from 1.
  public func encode<B: Backend>(
    _ batch: PackedBatch, types: [Int32], seenCounts: [Int]? = nil, on backend: inout B,
    observe: ((_ layer: Int, _ states: B.Value) -> Void)? = nil
  ) -> B.Value {
    var states = embed(batch, types: types, on: &backend)
    let seen = seenCounts.map { SeenTokens($0, of: batch) }
    for (index, layer) in layers.enumerated() {
      states = apply(layer, to: states, batch.offsets, seen, on: &backend)
      observe?(index + 1, states)
    }
    return states
  }

  /// The last layer's states at each sequence's first token, `[sequences, width]`: all that a
  /// classifier reads, so the last layer computes nothing else.
  ///
  /// - Parameter types: The type of each token of the batch; not read by a model without types.
  public func encodeFirst<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    var states = embed(batch, types: types, on: &backend)
    for layer in layers.dropLast() {
      states = apply(layer, to: states, batch.offsets, nil, on: &backend)
    }
    guard let last = layers.last else { return backend.select(batch.starts, of: states) }
    return applyToFirst(last, of: states, batch, on: &backend)
  }

  private func embed<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    var sum = backend.gather(batch.tokens, from: words)
    if let table = self.types {
      precondition(types.count == batch.tokens.count, "each token has a type")
      sum = backend.add(sum, backend.gather(types, from: table))
    }
    sum = backend.add(sum, backend.gather(places(in: batch), from: positions))
    let states = backend.drop(
      backend.layerNorm(
        sum, gain: embeddingNorm.gain, bias: embeddingNorm.bias, epsilon: configuration.epsilon))
    return projection.map { backend.linear(states, $0.weight, bias: $0.bias) } ?? states
  }

  /// The row of the position table of each token.
  private func places(in batch: PackedBatch) -> [Int32] {
    zip(batch.offsets, batch.offsets.dropFirst()).flatMap { start, end -> [Int32] in
      guard let padding = configuration.paddingToken.map({ Int32($0) }) else {
        return Array(0..<Int32(end - start))
      }
      // RoBERTa's `create_position_ids_from_input_ids`: padding tokens are not counted.
      var place = padding
      return batch.tokens[start..<end].map { token in
        guard token != padding else { return padding }
        place += 1
        return place
      }
    }
  }

  private func apply<B: Backend>(
    _ layer: Layer, to states: consuming B.Value, _ offsets: [Int], _ seen: SeenTokens?,
    on backend: inout B
  ) -> B.Value {
    let attended: B.Value
    if let seen {
      let context = backend.select(seen.rows, of: states)
      attended = backend.attend(
        queries: backend.linear(states, layer.query.weight, bias: layer.query.bias),
        keys: backend.linear(context, layer.key.weight, bias: layer.key.bias),
        values: backend.linear(context, layer.value.weight, bias: layer.value.bias),
        heads: configuration.heads, scale: scale,
        layout: AttentionLayout(queryOffsets: offsets, keyOffsets: seen.offsets), positions: nil)
    } else {
      let (queries, keys, values) = backend.projections(
        of: states, query: (layer.query.weight, layer.query.bias),
        key: (layer.key.weight, layer.key.bias), value: (layer.value.weight, layer.value.bias))
      attended = backend.attend(
        queries: queries, keys: keys, values: values, heads: configuration.heads, scale: scale,
        layout: AttentionLayout(within: offsets), positions: nil)
    }
    return layer.finish(
      attended, residual: states, activation: configuration.activation,
      epsilon: configuration.epsilon, on: &backend)
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
    return layer.finish(
      attended, residual: first, activation: configuration.activation,
      epsilon: configuration.epsilon, on: &backend)
  }

  /// 1/√(head width).
  private var scale: Float {
    1 / Float(configuration.width / configuration.heads).squareRoot()
  }
}

/// The tokens of a batch that attention sees: the first ones of each sequence.
private struct SeenTokens {
  /// Their rows in the batch.
  let rows: [Int32]
  /// Sequence i has the rows `offsets[i] ..< offsets[i + 1]` of these.
  let offsets: [Int]

  init(_ counts: [Int], of batch: PackedBatch) {
    precondition(counts.count == batch.count, "each sequence has a count")
    var rows: [Int32] = []
    var offsets = [0]
    for (sequence, count) in counts.enumerated() {
      let start = batch.offsets[sequence]
      precondition(
        count >= 1 && start + count <= batch.offsets[sequence + 1], "a sequence has these tokens")
      rows += (start..<start + count).map { Int32($0) }
      offsets.append(rows.count)
    }
    self.rows = rows
    self.offsets = offsets
  }
}

extension ParameterDeclarations {
  /// A linear layer of the head, with a bias: a weight, `[rows, columns]`, and a vector.
  mutating func linear(_ name: String, _ rows: Int, _ columns: Int) -> BERTEncoder.Linear {
    BERTEncoder.Linear(
      weight: matrix("\(name).weight", rows: rows, columns: columns),
      bias: vector("\(name).bias", count: rows))
  }

  /// A layer norm: two vectors.
  mutating func norm(_ name: String, _ width: Int) -> BERTEncoder.Norm {
    BERTEncoder.Norm(
      gain: vector("\(name).weight", count: width), bias: vector("\(name).bias", count: width))
  }
}
