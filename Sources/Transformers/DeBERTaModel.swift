import Kernels

/// DeBERTa for sequence classification: an encoder whose scores have terms of the distance, and two
/// linear layers on the first token.
///
/// Source: He et al. 2020 (arXiv 2006.03654), He et al. 2021 (arXiv 2111.09543); transformers'
/// modeling_deberta_v2.py.
public struct DeBERTaModel: Sendable {
  private struct Layer: Sendable {
    let base: BERTEncoder.Layer
    /// What makes keys of distances; nil: scores have no term of them.
    let positionKey: BERTEncoder.Linear?
    /// What makes queries of distances; nil: scores have no term of them.
    let positionQuery: BERTEncoder.Linear?
  }

  /// The distances of a batch's longest sequence.
  private struct Distances<Value> {
    /// `[rows, width]`, from the row of the least distance to that of the greatest.
    let states: Value
    let rows: DistanceRows
  }

  /// The architecture.
  public let configuration: DeBERTaConfiguration
  private let words, distances: Parameter
  private let positions, types: Parameter?
  private let embeddingNorm: BERTEncoder.Norm
  private let distanceNorm: BERTEncoder.Norm?
  private let layers: [Layer]
  private let pooler, classifier: BERTEncoder.Linear

  /// Declares every parameter that a configuration asks for.
  public init(
    _ configuration: DeBERTaConfiguration, declaring parameters: inout ParameterDeclarations
  ) {
    self.configuration = configuration
    let width = configuration.width
    let hidden = configuration.hiddenWidth
    func table(_ name: String, _ rows: Int) -> Parameter {
      parameters.table("deberta.\(name).weight", rows: rows, columns: width)
    }
    words = table("embeddings.word_embeddings", configuration.vocabularySize)
    positions =
      configuration.addsPositions
      ? table("embeddings.position_embeddings", configuration.maximumPositions) : nil
    types =
      configuration.tokenTypes > 0
      ? table("embeddings.token_type_embeddings", configuration.tokenTypes) : nil
    embeddingNorm = parameters.norm("deberta.embeddings.LayerNorm", width)
    distances = table("encoder.rel_embeddings", 2 * configuration.span)
    distanceNorm =
      configuration.normsDistances ? parameters.norm("deberta.encoder.LayerNorm", width) : nil
    layers = (0..<configuration.layers).map { index in
      let layer = "deberta.encoder.layer.\(index)"
      let attention = "\(layer).attention.self"
      let base = BERTEncoder.Layer(
        query: parameters.linear("\(attention).query_proj", width, width),
        key: parameters.linear("\(attention).key_proj", width, width),
        value: parameters.linear("\(attention).value_proj", width, width),
        attentionOutput: parameters.linear("\(layer).attention.output.dense", width, width),
        attentionNorm: parameters.norm("\(layer).attention.output.LayerNorm", width),
        opening: parameters.linear("\(layer).intermediate.dense", hidden, width),
        closing: parameters.linear("\(layer).output.dense", width, hidden),
        norm: parameters.norm("\(layer).output.LayerNorm", width))
      func projection(
        _ isRead: Bool, _ shared: BERTEncoder.Linear, _ name: String
      ) -> BERTEncoder.Linear? {
        guard isRead else { return nil }
        return configuration.sharesProjections
          ? shared : parameters.linear("\(attention).\(name)", width, width)
      }
      return Layer(
        base: base,
        positionKey: projection(configuration.readsKeyPositions, base.key, "pos_key_proj"),
        positionQuery: projection(configuration.readsQueryPositions, base.query, "pos_query_proj"))
    }
    pooler = parameters.linear("pooler.dense", width, width)
    classifier = parameters.linear("classifier", configuration.labels, width)
    // Stored, and not used, where positions are not added.
    parameters.ignore("deberta.embeddings.position_embeddings.weight")
    parameters.ignore("deberta.embeddings.position_ids")
  }

  /// The last layer's states, `[tokens, width]`.
  ///
  /// - Parameter types: The type of each token of the batch; not read by a model without types.
  public func encode<B: EncoderBackend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    let distances = distances(in: batch, on: &backend)
    var states = embed(batch, types: types, on: &backend)
    for layer in layers {
      states = apply(layer, to: states, batch, distances, onlyFirst: false, on: &backend)
    }
    return states
  }

  /// The last layer's states at each sequence's first token, `[sequences, width]`: the last layer
  /// computes nothing else.
  public func encodeFirst<B: EncoderBackend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    let distances = distances(in: batch, on: &backend)
    var states = embed(batch, types: types, on: &backend)
    for (index, layer) in layers.enumerated() {
      states = apply(
        layer, to: states, batch, distances, onlyFirst: index == layers.count - 1, on: &backend)
    }
    return states
  }

  /// The classifier's outputs, `[sequences, labels]`.
  ///
  /// - Parameter types: The type of each token of the batch; not read by a model without types.
  public func logits<B: EncoderBackend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    let first = encodeFirst(batch, types: types, on: &backend)
    let pooled = backend.linear(
      first, pooler.weight, bias: pooler.bias, then: configuration.headActivation)
    return backend.linear(pooled, classifier.weight, bias: classifier.bias)
  }

  private func embed<B: EncoderBackend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    var sum = backend.gather(batch.tokens, from: words)
    if let positions {
      let places = zip(batch.offsets, batch.offsets.dropFirst()).flatMap { start, end in
        0..<Int32(end - start)
      }
      sum = backend.add(sum, backend.gather(places, from: positions))
    }
    if let table = self.types {
      precondition(types.count == batch.tokens.count, "each token has a type")
      sum = backend.add(sum, backend.gather(types, from: table))
    }
    return backend.layerNorm(
      sum, gain: embeddingNorm.gain, bias: embeddingNorm.bias, epsilon: configuration.epsilon)
  }

  private func distances<B: EncoderBackend>(
    in batch: PackedBatch, on backend: inout B
  ) -> Distances<B.Value> {
    let longest = zip(batch.offsets, batch.offsets.dropFirst()).map { $1 - $0 }.max() ?? 1
    let reach = longest - 1
    let first = configuration.row(of: -reach)
    let states = backend.gather(
      Array(Int32(first)...Int32(configuration.row(of: reach))), from: self.distances)
    return Distances(
      states: distanceNorm.map {
        backend.layerNorm(states, gain: $0.gain, bias: $0.bias, epsilon: configuration.epsilon)
      } ?? states,
      rows: DistanceRows(reach: reach) { configuration.row(of: $0) - first })
  }

  private func apply<B: EncoderBackend>(
    _ layer: Layer, to states: B.Value, _ batch: PackedBatch, _ distances: Distances<B.Value>,
    onlyFirst: Bool, on backend: inout B
  ) -> B.Value {
    func linear(_ x: B.Value, _ layer: BERTEncoder.Linear) -> B.Value {
      backend.linear(x, layer.weight, bias: layer.bias)
    }
    let input = onlyFirst ? backend.select(batch.starts, of: states) : states
    let attended = backend.attend(
      queries: linear(input, layer.base.query), keys: linear(states, layer.base.key),
      values: linear(states, layer.base.value),
      positionKeys: layer.positionKey.map { linear(distances.states, $0) },
      positionQueries: layer.positionQuery.map { linear(distances.states, $0) },
      rows: distances.rows, heads: configuration.heads, scale: scale,
      layout: onlyFirst
        ? AttentionLayout(queryOffsets: Array(batch.offsets.indices), keyOffsets: batch.offsets)
        : AttentionLayout(within: batch.offsets))
    return layer.base.finish(
      attended, residual: input, activation: configuration.activation,
      epsilon: configuration.epsilon, on: &backend)
  }

  /// 1/√(head width · terms of a score).
  private var scale: Float {
    let terms =
      1 + (configuration.readsKeyPositions ? 1 : 0) + (configuration.readsQueryPositions ? 1 : 0)
    return 1 / Float(configuration.width / configuration.heads * terms).squareRoot()
  }
}

extension DeBERTaModel: PairClassifier {
  /// Rows of the word embedding table.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The most tokens of a sequence.
  public var maximumPositions: Int { configuration.maximumPositions }
  /// Rows of the token type table; 0 without one.
  public var tokenTypes: Int { configuration.tokenTypes }
  /// The classifier's outputs.
  public var labels: Int { configuration.labels }

  /// Operations of all layers; of the last one only what the first token needs.
  public func encoderOperations(lengths: [Int]) -> Double {
    configuration.encoderOperations(lengths: lengths)
  }
}
