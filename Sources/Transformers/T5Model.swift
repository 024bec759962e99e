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
  let encoder: T5Encoder
  let decoder: [DecoderBlock]
  let decoderNorm: Parameter
  private(set) var head: Parameter

  /// Declares every parameter that a configuration asks for.
  ///
  /// Old checkpoints have all but the head under `transformer.`, as transformers' classifiers do.
  public init(_ configuration: T5Configuration, declaring parameters: inout ParameterDeclarations) {
    let nested = "transformer."
    let isNested = parameters.isStored(nested + "decoder.final_layer_norm.weight")
    self = parameters.nested(under: isNested ? nested : "") { parameters in
      T5Model(configuration, declaringBody: &parameters)
    }
    let name = Self.headName
    // transformers 5 takes a stored head even where config.json calls it tied.
    if parameters.isStored(name) {
      head = parameters.table(
        name, rows: configuration.vocabularySize, columns: configuration.width)
    }
    // A training may take one that equals the table for the table.
    parameters.ignore(name)
  }

  /// Declares encoder and decoder; the head is the embedding table.
  init(_ configuration: T5Configuration, declaringBody parameters: inout ParameterDeclarations) {
    self.configuration = configuration
    encoder = T5Encoder(configuration, declaring: &parameters)
    head = encoder.embedding
    // T5's first checkpoints hold a table that no version ever used.
    parameters.ignore("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight")
    var builder = T5BlockBuilder(configuration)
    decoder = (0..<configuration.decoderLayers).map {
      builder.decoderBlock($0, declaring: &parameters)
    }
    decoderNorm = parameters.vector(
      "decoder.final_layer_norm.weight", count: configuration.width)
  }

  /// The encoder's states, normalised, `[tokens, width]`; see `T5Encoder`.
  public func encode<B: Backend>(
    _ batch: PackedBatch, on backend: inout B,
    observe: ((_ block: Int, _ states: B.Value) -> Void)? = nil
  ) -> B.Value {
    encoder.encode(batch, on: &backend, observe: observe)
  }
}
