import Kernels

/// T5: its parameters' places, and the forward pass over any backend.
///
/// The pass is written once; what it computes on, and whether it is recorded, is the backend's.
///
/// Source: Raffel et al. 2020 (arXiv 1910.10683); transformers' modeling_t5.py.
public struct T5Model: Sendable {
  struct SelfAttention: Sendable {
    let norm, query, key, value, output: Parameter
    let positions: RelativePositions
  }

  struct CrossAttention: Sendable {
    let norm, query, key, value, output: Parameter
  }

  enum FeedForward: Sendable {
    case plain(opening: Parameter)
    case gated(gate: Parameter, opening: Parameter)
  }

  struct FeedForwardLayer: Sendable {
    let norm: Parameter
    let opening: FeedForward
    let closing: Parameter
  }

  struct EncoderBlock: Sendable {
    let attention: SelfAttention
    let feedForward: FeedForwardLayer
  }

  struct DecoderBlock: Sendable {
    let attention: SelfAttention
    let crossAttention: CrossAttention
    let feedForward: FeedForwardLayer
  }

  /// The architecture.
  public let configuration: T5Configuration
  let embedding: Parameter
  let encoder: [EncoderBlock]
  let encoderNorm: Parameter
  let decoder: [DecoderBlock]
  let decoderNorm: Parameter
  let head: Parameter

  /// Declares every parameter that a configuration asks for.
  public init(_ configuration: T5Configuration, declaring parameters: inout ParameterDeclarations) {
    self.configuration = configuration
    let size = configuration.vocabularySize
    let width = configuration.width
    // Some writers keep one of the shared table's aliases instead of its own name.
    let aliases = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
    let names = ["shared.weight"] + aliases
    let stored = names.first(where: parameters.isStored) ?? "shared.weight"
    embedding = parameters.matrix(stored, rows: size, columns: width)
    for name in names where name != stored { parameters.ignore(name) }
    // transformers 5 takes a stored head even where config.json calls it tied.
    head =
      parameters.isStored("lm_head.weight")
      ? parameters.matrix("lm_head.weight", rows: size, columns: width) : embedding
    parameters.ignore("lm_head.weight")
    // T5's first checkpoints hold a table that no version ever used.
    parameters.ignore("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight")

    var builder = T5BlockBuilder(configuration)
    encoder = (0..<configuration.encoderLayers).map {
      builder.encoderBlock($0, declaring: &parameters)
    }
    encoderNorm = parameters.vector("encoder.final_layer_norm.weight", count: width)
    decoder = (0..<configuration.decoderLayers).map {
      builder.decoderBlock($0, declaring: &parameters)
    }
    decoderNorm = parameters.vector("decoder.final_layer_norm.weight", count: width)
  }

  /// The encoder's states, normalised, `[tokens, width]`.
  ///
  /// - Parameter observe: Called with the states after each block, before any norm, and the block's
  ///   number from 1: what distillation compares.
  public func encode<B: Backend>(
    _ batch: PackedBatch, on backend: inout B,
    observe: ((_ block: Int, _ states: B.Value) -> Void)? = nil
  ) -> B.Value {
    let layout = AttentionLayout(within: batch.offsets)
    var states = backend.drop(backend.gather(batch.tokens, from: embedding))
    for (index, block) in encoder.enumerated() {
      let attention = block.attention
      let normal = norm(states, attention.norm, on: &backend)
      let (queries, keys, values) = backend.projections(
        of: normal, query: (attention.query, nil), key: (attention.key, nil),
        value: (attention.value, nil))
      let attended = backend.attend(
        queries: queries, keys: keys, values: values, heads: configuration.heads,
        // T5 folds 1/√d into its initialisation, so scores are not scaled.
        scale: 1, layout: layout, positions: attention.positions)
      states = backend.addLinear(states, attended, attention.output)
      states = apply(block.feedForward, to: states, on: &backend)
      observe?(index + 1, states)
    }
    return backend.drop(norm(states, encoderNorm, on: &backend))
  }

  func apply<B: Backend>(
    _ layer: FeedForwardLayer, to states: consuming B.Value, on backend: inout B
  ) -> B.Value {
    let normal = norm(states, layer.norm, on: &backend)
    let activation = configuration.feedForward.activation
    let hidden =
      switch layer.opening {
      case .plain(let opening):
        backend.linear(normal, opening, bias: nil, then: activation)
      case .gated(let gate, let opening):
        backend.gatedLinear(normal, gate: gate, linear: opening, activation: activation)
      }
    return backend.addLinear(states, backend.drop(hidden), layer.closing)
  }

  func norm<B: Backend>(_ states: B.Value, _ gain: Parameter, on backend: inout B) -> B.Value {
    backend.rmsNorm(states, gain: gain, epsilon: configuration.epsilon)
  }
}
