import Kernels

/// T5's encoder: its parameters' places, and the forward pass over any backend.
///
/// Source: Raffel et al. 2020 (arXiv 1910.10683); transformers' modeling_t5.py.
public struct T5Encoder: Sendable {
  /// The architecture.
  public let configuration: T5Configuration
  /// What the decoder embeds its tokens with, too.
  let embedding: Parameter
  private let blocks: [T5Model.EncoderBlock]
  private let norm: Parameter

  /// Declares the encoder's parameters.
  public init(_ configuration: T5Configuration, declaring parameters: inout ParameterDeclarations) {
    self.configuration = configuration
    // Some writers keep one of the shared table's aliases instead of its own name.
    let names = T5Model.tableNames
    let stored = names.first(where: parameters.isStored) ?? names[0]
    embedding = parameters.table(
      stored, rows: configuration.vocabularySize, columns: configuration.width)
    for name in names where name != stored { parameters.ignore(name) }
    var builder = T5BlockBuilder(configuration)
    blocks = (0..<configuration.encoderLayers).map {
      builder.encoderBlock($0, declaring: &parameters)
    }
    norm = parameters.vector("encoder.final_layer_norm.weight", count: configuration.width)
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
    for (index, block) in blocks.enumerated() {
      let attention = block.attention
      let normal = configuration.norm(states, attention.norm, on: &backend)
      let (queries, keys, values) = backend.projections(
        of: normal, query: (attention.query, nil), key: (attention.key, nil),
        value: (attention.value, nil))
      let attended = backend.attend(
        queries: queries, keys: keys, values: values, heads: configuration.heads,
        // T5 folds 1/√d into its initialisation, so scores are not scaled.
        scale: 1, layout: layout, positions: attention.positions)
      states = backend.byRows(states, attended) { backend, states, attended in
        configuration.apply(
          block.feedForward, to: backend.addLinear(states, attended, attention.output),
          on: &backend)
      }
      observe?(index + 1, states)
    }
    return backend.drop(configuration.norm(states, norm, on: &backend))
  }
}

// What the blocks of encoder and decoder share.
extension T5Configuration {
  func apply<B: Backend>(
    _ layer: T5Model.FeedForwardLayer, to states: consuming B.Value, on backend: inout B
  ) -> B.Value {
    let normal = norm(states, layer.norm, on: &backend)
    let hidden =
      switch layer.opening {
      case .plain(let opening):
        backend.linear(normal, opening, bias: nil, then: feedForward.activation)
      case .gated(let gate, let opening):
        backend.gatedLinear(
          normal, gate: gate, linear: opening, activation: feedForward.activation)
      }
    return backend.addLinear(states, backend.drop(hidden), layer.closing)
  }

  func norm<B: Backend>(_ states: B.Value, _ gain: Parameter, on backend: inout B) -> B.Value {
    backend.rmsNorm(states, gain: gain, epsilon: epsilon)
  }
}
