public import JSON
public import Kernels

/// The architecture of a BERT for sequence classification, as its `config.json` describes it.
public struct BERTConfiguration: Sendable, Hashable {
  /// Rows of the word embedding table.
  public let vocabularySize: Int
  /// The width of the states.
  public let width: Int
  /// Attention heads of each layer; they share the width evenly.
  public let heads: Int
  /// The width of the feed-forward's hidden layer.
  public let hiddenWidth: Int
  /// The number of layers.
  public let layers: Int
  /// The feed-forward's activation.
  public let activation: Activation
  /// Added to the variance by every norm.
  public let epsilon: Float
  /// The most tokens of a sequence.
  public let maximumPositions: Int
  /// Rows of the token type table.
  public let tokenTypes: Int
  /// The classifier's outputs.
  public let labels: Int

  /// Reads a configuration.
  ///
  /// - Parameter path: What errors call the file.
  /// - Throws: `ModelError.configuration` for the first key that no BERT can have.
  public init(_ value: JSONValue, path: String) throws(ModelError) {
    let reader = try ConfigurationReader(value, path: path)
    guard try reader.word("model_type") == "bert" else {
      throw reader.mismatch("model_type", expected: "\"bert\"")
    }
    let positions = try reader.word("position_embedding_type")
    guard positions == nil || positions == "absolute" else {
      throw reader.mismatch("position_embedding_type", expected: "\"absolute\"")
    }
    vocabularySize = try reader.size("vocab_size")
    width = try reader.size("hidden_size")
    heads = try reader.size("num_attention_heads")
    guard width.isMultiple(of: heads) else {
      throw reader.mismatch("num_attention_heads", expected: "a divisor of hidden_size \(width)")
    }
    hiddenWidth = try reader.size("intermediate_size")
    layers = try reader.integer("num_hidden_layers", in: 1...1024)
    guard let activation = Activation(named: try reader.word("hidden_act") ?? "gelu") else {
      throw reader.mismatch("hidden_act", expected: "relu, gelu, gelu_new, silu, swish or tanh")
    }
    self.activation = activation
    epsilon = try reader.epsilon("layer_norm_eps", default: 1e-12)
    maximumPositions = try reader.size("max_position_embeddings", default: 512)
    tokenTypes = try reader.size("type_vocab_size", default: 2)
    let named = try reader.memberCount("id2label")
    // Two labels are transformers' own default.
    labels = try reader.size("num_labels", default: named.flatMap { $0 > 0 ? $0 : nil } ?? 2)
  }
}
