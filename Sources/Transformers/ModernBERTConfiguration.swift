public import JSON
public import Kernels

/// The architecture of a ModernBERT for sequence classification, as its `config.json` describes it.
public struct ModernBERTConfiguration: Sendable, Hashable {
  /// Which states the head reads.
  public enum Pooling: String, Sendable, Hashable, CaseIterable {
    /// The first token's.
    case first = "cls"
    /// The mean of all tokens'.
    case mean
  }

  /// How a layer attends.
  public struct Attention: Sendable, Hashable {
    /// How many places away a token sees at most; nil: all of the sequence.
    public let reach: Int?
    /// The base of the rotary positions' wave lengths.
    public let rotaryBase: Float
  }

  /// Rows of the word embedding table.
  public let vocabularySize: Int
  /// The width of the states.
  public let width: Int
  /// Attention heads of each layer; they share the width evenly.
  public let heads: Int
  /// The width of the feed-forward's hidden layer, behind its gate.
  public let hiddenWidth: Int
  /// How each layer attends.
  public let attention: [Attention]
  /// The feed-forward's activation.
  public let activation: Activation
  /// The head's activation.
  public let headActivation: Activation
  /// Which states the head reads.
  public let pooling: Pooling
  /// Added to the variance by every norm.
  public let epsilon: Float
  /// The most tokens of a sequence.
  public let maximumPositions: Int
  /// The classifier's outputs.
  public let labels: Int

  let biases: Biases

  /// Which layers have biases; the classifier always has one.
  struct Biases: Sendable, Hashable {
    let attention, feedForward, norms, head: Bool
  }

  /// Reads a configuration, as transformers 4 or 5 writes it.
  ///
  /// - Parameter path: What errors call the file.
  /// - Throws: `ModelError.configuration` for the first key that no ModernBERT can have.
  public init(_ value: JSONValue, path: String) throws(ModelError) {
    let reader = try ConfigurationReader(value, path: path)
    guard try reader.word("model_type") == Self.family else {
      throw reader.mismatch("model_type", expected: "\"\(Self.family)\"")
    }
    vocabularySize = try reader.size("vocab_size")
    width = try reader.size("hidden_size")
    heads = try reader.heads("num_attention_heads")
    guard width.isMultiple(of: heads), (width / heads).isMultiple(of: 2) else {
      throw reader.mismatch(
        "num_attention_heads", expected: "a divisor of half of hidden_size \(width)")
    }
    hiddenWidth = try reader.size("intermediate_size")
    activation = try reader.activation("hidden_activation", default: "gelu")
    headActivation = try reader.activation("classifier_activation", default: "gelu")
    let pooling = try reader.word("classifier_pooling").map(Pooling.init) ?? .first
    guard let pooling else { throw reader.mismatch("classifier_pooling", expected: "cls or mean") }
    self.pooling = pooling
    epsilon = try reader.epsilon("norm_eps", default: 1e-5)
    maximumPositions = try reader.size("max_position_embeddings", default: 8192)
    labels = try reader.labels()
    biases = Biases(
      attention: try reader.flag("attention_bias") ?? false,
      feedForward: try reader.flag("mlp_bias") ?? false,
      norms: try reader.flag("norm_bias") ?? false,
      head: try reader.flag("classifier_bias") ?? false)

    let everywhere = Attention(
      reach: nil,
      rotaryBase: try Self.rotaryBase(reader, "full_attention", "global_rope_theta", 160_000))
    let nearby = Attention(
      reach: try reader.size("local_attention", default: 128) / 2,
      rotaryBase: try Self.rotaryBase(reader, "sliding_attention", "local_rope_theta", 10_000))
    let layers = try reader.integer("num_hidden_layers", in: 1...1024)
    if let types = try reader.strings("layer_types") {
      let known = ["full_attention": everywhere, "sliding_attention": nearby]
      attention = types.compactMap { known[$0] }
      guard types.count == layers, attention.count == layers else {
        throw reader.mismatch(
          "layer_types", expected: "\(layers) times full_attention or sliding_attention")
      }
    } else {
      let period = try reader.size("global_attn_every_n_layers", default: 3)
      attention = (0..<layers).map { $0.isMultiple(of: period) ? everywhere : nearby }
    }
  }

  /// The `model_type`.
  public static let family = "modernbert"

  /// transformers 5 writes the bases by kind of layer, transformers 4 each under its own key.
  private static func rotaryBase(
    _ reader: ConfigurationReader, _ kind: String, _ oldKey: String, _ fallback: Double
  ) throws(ModelError) -> Float {
    guard let settings = try reader.object("rope_parameters")?.object(kind) else {
      return try reader.positive(oldKey, default: fallback)
    }
    guard try settings.word("rope_type") ?? "default" == "default" else {
      throw settings.mismatch("rope_type", expected: "\"default\"")
    }
    let usual = try reader.positive(oldKey, default: fallback)
    return try settings.positive("rope_theta", default: Double(usual))
  }
}
