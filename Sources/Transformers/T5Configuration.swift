public import JSON
public import Kernels

/// The architecture of a T5, as its `config.json` describes it.
public struct T5Configuration: Sendable, Hashable {
  /// Who defines the details that `config.json` leaves open.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    case t5
    case mt5
    case umt5
  }

  /// The feed-forward layer.
  public struct FeedForward: Sendable, Hashable {
    /// The activation of its hidden layer, or of its gate.
    public let activation: Activation
    /// Whether a gate multiplies the hidden layer (T5 1.1 and later).
    public let isGated: Bool
  }

  /// Who defines the details.
  public let family: Family
  /// Rows of the embedding table.
  public let vocabularySize: Int
  /// The width of the residual stream, d_model.
  public let width: Int
  /// The width of one attention head, d_kv; not tied to width / heads.
  public let headWidth: Int
  /// Attention heads of each layer.
  public let heads: Int
  /// The width of the feed-forward's hidden layer, d_ff.
  public let hiddenWidth: Int
  /// Layers of the encoder.
  public let encoderLayers: Int
  /// Layers of the decoder.
  public let decoderLayers: Int
  /// The feed-forward layer.
  public let feedForward: FeedForward
  /// Buckets of the relative position bias.
  public let positionBuckets: Int
  /// Distances from here on share the last bucket.
  public let maximumDistance: Int
  /// Added to the mean square by every norm.
  public let epsilon: Float
  /// What the decoder's output is multiplied by before the head: width^−½, or 1.
  public let headScale: Float
  /// The decoder's first input.
  public let startToken: Int32
  /// Ends a generated text; nil if the model names none.
  public let endToken: Int32?
  /// The outputs of a classifier, where the model has one.
  public let labels: Int

  /// Reads a configuration.
  ///
  /// - Parameter path: What errors call the file.
  /// - Throws: `ModelError.configuration` for the first key that no T5 can have.
  public init(_ value: JSONValue, path: String) throws(ModelError) {
    let reader = try ConfigurationReader(value, path: path)
    guard let family = try reader.word("model_type").flatMap(Family.init(rawValue:)) else {
      let names = Family.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.mismatch("model_type", expected: "one of \(names)")
    }
    self.family = family
    vocabularySize = try reader.size("vocab_size")
    width = try reader.size("d_model")
    headWidth = try reader.size("d_kv")
    heads = try reader.heads("num_heads")
    hiddenWidth = try reader.size("d_ff")
    encoderLayers = try reader.integer("num_layers", in: 1...1024)
    decoderLayers = try reader.integer("num_decoder_layers", in: 1...1024, default: encoderLayers)
    feedForward = try Self.feedForward(reader)
    positionBuckets = try reader.integer(
      "relative_attention_num_buckets", in: 4...65_536, default: 32)
    maximumDistance = try reader.integer(
      "relative_attention_max_distance", in: 2...1_048_576, default: 128)
    guard maximumDistance > positionBuckets / 2 else {
      // The logarithm of the ratio to the last exact distance must be positive, also causally.
      throw reader.mismatch(
        "relative_attention_max_distance", expected: "more than \(positionBuckets / 2)")
    }
    epsilon = try reader.epsilon("layer_norm_epsilon", default: 1e-6)
    headScale =
      try Self.scalesHead(family, reader) ? Float(1 / Double(width).squareRoot()) : 1
    let tokens = 0...(vocabularySize - 1)
    let padding = try reader.integer("pad_token_id", in: tokens, default: 0)
    startToken = Int32(
      try reader.integer("decoder_start_token_id", in: tokens, default: padding))
    let end = try reader.integer("eos_token_id", in: -1...(vocabularySize - 1), default: 1)
    endToken = end < 0 ? nil : Int32(end)
    labels = try reader.labels()
  }

  /// Whether the decoder's output is scaled before the head.
  ///
  /// T5: by `scale_decoder_outputs`, which transformers 5 writes; where that is absent, iff embeddings and
  /// head are tied. mT5 never scales. UMT5 always does in transformers 5; version 4 scaled it iff
  /// tied. The order of documents and of labels is the same either way.
  private static func scalesHead(
    _ family: Family, _ reader: ConfigurationReader
  ) throws(ModelError) -> Bool {
    switch family {
    case .mt5: return false
    case .umt5: return true
    case .t5:
      if let scales = try reader.flag("scale_decoder_outputs") { return scales }
      return try reader.flag("tie_word_embeddings") ?? true
    }
  }

  private static func feedForward(
    _ reader: ConfigurationReader
  ) throws(ModelError) -> FeedForward {
    let name = try reader.word("feed_forward_proj") ?? "relu"
    let isGated = name.hasPrefix("gated-")
    let plainName = isGated ? String(name.dropFirst("gated-".count)) : name
    // By the first gated checkpoints' convention, "gated-gelu" means the tanh form.
    let usual = isGated && plainName == "gelu" ? "gelu_new" : plainName
    let key = try reader.word("dense_act_fn") == nil ? "feed_forward_proj" : "dense_act_fn"
    guard let activation = Activation(named: try reader.word("dense_act_fn") ?? usual) else {
      throw reader.mismatch(
        key, expected: "relu, gelu, gelu_new, silu or swish, maybe after \"gated-\"")
    }
    return FeedForward(
      activation: activation, isGated: try reader.flag("is_gated_act") ?? isGated)
  }
}

extension Activation {
  /// The activation that transformers calls so; nil if it is none of ours.
  init?(named name: String) {
    switch name {
    case "relu": self = .relu
    case "gelu": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh": self = .geluTanh
    case "silu", "swish": self = .silu
    case "tanh": self = .tanh
    default: return nil
    }
  }
}
