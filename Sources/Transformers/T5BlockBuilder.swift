import Kernels

/// Declares the parameters of T5's blocks, under the names of Hugging Face's checkpoints.
struct T5BlockBuilder {
  private let configuration: T5Configuration
  /// What weights may be rounded to: the encoder's, which take nearly all of the time, further than the decoder's,
  /// which all of a text goes through.
  private var coarsest = ReducedPrecision.int8
  private var encoderPositions: RelativePositions?
  private var decoderPositions: RelativePositions?

  init(_ configuration: T5Configuration) {
    self.configuration = configuration
  }

  mutating func encoderBlock(
    _ index: Int, declaring parameters: inout ParameterDeclarations
  ) -> T5Model.EncoderBlock {
    coarsest = .int8
    let block = "encoder.block.\(index).layer"
    let positions = self.positions(
      "\(block).0.SelfAttention", encoderPositions, .bidirectional, declaring: &parameters)
    encoderPositions = positions
    return T5Model.EncoderBlock(
      attention: selfAttention("\(block).0", positions, declaring: &parameters),
      feedForward: feedForward("\(block).1", declaring: &parameters))
  }

  mutating func decoderBlock(
    _ index: Int, declaring parameters: inout ParameterDeclarations
  ) -> T5Model.DecoderBlock {
    coarsest = .bf16
    let block = "decoder.block.\(index).layer"
    let positions = self.positions(
      "\(block).0.SelfAttention", decoderPositions, .causal, declaring: &parameters)
    decoderPositions = positions
    let cross = projections(
      "\(block).1.EncDecAttention", keysAreFolded: true, declaring: &parameters)
    return T5Model.DecoderBlock(
      attention: selfAttention("\(block).0", positions, declaring: &parameters),
      crossAttention: T5Model.CrossAttention(
        norm: norm("\(block).1", declaring: &parameters), query: cross.query, key: cross.key,
        value: cross.value, output: cross.output),
      feedForward: feedForward("\(block).2", declaring: &parameters))
  }

  /// The first layer's table serves its whole stack; UMT5 has one in every layer.
  private func positions(
    _ attention: String, _ earlier: RelativePositions?, _ direction: AttentionLayout.Direction,
    declaring parameters: inout ParameterDeclarations
  ) -> RelativePositions {
    if let earlier, configuration.family != .umt5 { return earlier }
    return RelativePositions(
      table: parameters.matrix(
        "\(attention).relative_attention_bias.weight", rows: configuration.positionBuckets,
        columns: configuration.heads),
      direction: direction, maximumDistance: configuration.maximumDistance)
  }

  private func selfAttention(
    _ layer: String, _ positions: RelativePositions,
    declaring parameters: inout ParameterDeclarations
  ) -> T5Model.SelfAttention {
    let projections = projections("\(layer).SelfAttention", declaring: &parameters)
    return T5Model.SelfAttention(
      norm: norm(layer, declaring: &parameters), query: projections.query, key: projections.key,
      value: projections.value, output: projections.output, positions: positions)
  }

  /// - Parameter keysAreFolded: Whether keys and values are never computed, see `FoldedAttention`.
  private func projections(
    _ attention: String, keysAreFolded: Bool = false,
    declaring parameters: inout ParameterDeclarations
  ) -> (query: Parameter, key: Parameter, value: Parameter, output: Parameter) {
    let width = configuration.width
    let inner = configuration.heads * configuration.headWidth
    func inward(_ name: String) -> Parameter {
      weight("\(attention).\(name).weight", rows: inner, columns: width, &parameters)
    }
    func folded(_ name: String) -> Parameter {
      parameters.matrix("\(attention).\(name).weight", rows: inner, columns: width)
    }
    return (
      inward("q"), keysAreFolded ? folded("k") : inward("k"),
      keysAreFolded ? folded("v") : inward("v"),
      weight("\(attention).o.weight", rows: width, columns: inner, &parameters)
    )
  }

  private func feedForward(
    _ layer: String, declaring parameters: inout ParameterDeclarations
  ) -> T5Model.FeedForwardLayer {
    let dense = "\(layer).DenseReluDense"
    let width = configuration.width
    let hidden = configuration.hiddenWidth
    func inward(_ name: String) -> Parameter {
      weight("\(dense).\(name).weight", rows: hidden, columns: width, &parameters)
    }
    let opening: T5Model.FeedForward =
      configuration.feedForward.isGated
      ? .gated(gate: inward("wi_0"), opening: inward("wi_1")) : .plain(opening: inward("wi"))
    return T5Model.FeedForwardLayer(
      norm: norm(layer, declaring: &parameters), opening: opening,
      closing: weight("\(dense).wo.weight", rows: width, columns: hidden, &parameters))
  }

  private func weight(
    _ name: String, rows: Int, columns: Int, _ parameters: inout ParameterDeclarations
  ) -> Parameter {
    parameters.layer(name, rows: rows, columns: columns, coarsest: coarsest)
  }

  private func norm(
    _ layer: String, declaring parameters: inout ParameterDeclarations
  ) -> Parameter {
    parameters.vector("\(layer).layer_norm.weight", count: configuration.width)
  }
}
