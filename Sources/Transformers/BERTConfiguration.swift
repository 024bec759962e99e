public import JSON
public import Kernels

/// The architecture of a BERT, or of one of its kin, for sequence classification, as its
/// `config.json` describes it.
public struct BERTConfiguration: Sendable, Hashable {
  /// The architectures that one encoder text computes, by their `model_type`.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    case bert
    case distilBERT = "distilbert"
    case electra
    case roBERTa = "roberta"
    case xlmRoBERTa = "xlm-roberta"
    case camemBERT = "camembert"
    case albert

    /// Whether positions are counted from behind the padding token's number.
    var countsFromPadding: Bool {
      switch self {
      case .roBERTa, .xlmRoBERTa, .camemBERT: true
      case .bert, .distilBERT, .electra, .albert: false
      }
    }
  }

  /// What the head does to the first token's state between its two linear layers.
  ///
  /// Source: transformers' `…ForSequenceClassification` of each family.
  var headActivation: Activation {
    switch family {
    case .bert, .albert, .roBERTa, .xlmRoBERTa, .camemBERT: .tanh
    case .distilBERT: .relu
    case .electra: .gelu
    }
  }

  /// Whose kin it is.
  public let family: Family
  /// Rows of the word embedding table.
  public let vocabularySize: Int
  /// The width of the embeddings; where it is not `width`, a linear layer widens them.
  public let embeddingWidth: Int
  /// The width of the states.
  public let width: Int
  /// Attention heads of each layer; they share the width evenly.
  public let heads: Int
  /// The width of the feed-forward's hidden layer.
  public let hiddenWidth: Int
  /// The number of layers.
  public let layers: Int
  /// How many of the layers have weights of their own; ALBERT's others share them.
  public let distinctLayers: Int
  /// The feed-forward's activation.
  public let activation: Activation
  /// Added to the variance by every norm.
  public let epsilon: Float
  /// The most tokens of a sequence.
  public let maximumPositions: Int
  /// The token that has no position of its own: RoBERTa's padding, whose number is also the position
  /// before the first one.
  public let paddingToken: Int?
  /// Rows of the token type table; 0 without one.
  public let tokenTypes: Int
  /// The classifier's outputs.
  public let labels: Int

  /// Rows of the position table.
  var positionRows: Int { maximumPositions + (paddingToken.map { $0 + 1 } ?? 0) }

  /// Reads a configuration.
  ///
  /// - Parameter path: What errors call the file.
  /// - Throws: `ModelError.configuration` for the first key that no such model can have.
  public init(_ value: JSONValue, path: String) throws(ModelError) {
    let reader = try ConfigurationReader(value, path: path)
    guard let family = try reader.word("model_type").flatMap(Family.init) else {
      throw reader.mismatch(
        "model_type", expected: Family.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.family = family
    let keys = Keys(family)
    let positions = try reader.word("position_embedding_type")
    guard positions == nil || positions == "absolute" else {
      throw reader.mismatch("position_embedding_type", expected: "\"absolute\"")
    }
    vocabularySize = try reader.size("vocab_size")
    width = try reader.size(keys.width)
    switch family {
    case .electra, .albert:
      embeddingWidth = try reader.size("embedding_size", default: 128)
    default:
      embeddingWidth = width
    }
    heads = try reader.heads(keys.heads)
    guard width.isMultiple(of: heads) else {
      throw reader.mismatch(keys.heads, expected: "a divisor of \(keys.width) \(width)")
    }
    hiddenWidth = try reader.size(keys.hiddenWidth)
    layers = try reader.integer(keys.layers, in: 1...1024)
    if family == .albert {
      distinctLayers = try reader.integer("num_hidden_groups", in: 1...layers, default: 1)
      guard try reader.integer("inner_group_num", in: 1...1024, default: 1) == 1 else {
        throw reader.mismatch("inner_group_num", expected: "1")
      }
    } else {
      distinctLayers = layers
    }
    activation = try reader.activation(
      keys.activation, default: family == .albert ? "gelu_new" : "gelu")
    // DistilBERT's is no setting.
    epsilon =
      family == .distilBERT ? 1e-12 : try reader.epsilon("layer_norm_eps", default: 1e-12)
    let rows = try reader.size("max_position_embeddings", default: 512)
    if family.countsFromPadding {
      let padding = try reader.integer("pad_token_id", in: 0...vocabularySize - 1, default: 1)
      guard rows > padding + 1 else {
        throw reader.mismatch(
          "max_position_embeddings", expected: "more than pad_token_id + 1, \(padding + 1)")
      }
      paddingToken = padding
      maximumPositions = rows - padding - 1
    } else {
      paddingToken = nil
      maximumPositions = rows
    }
    tokenTypes = family == .distilBERT ? 0 : try reader.size("type_vocab_size", default: 2)
    labels = try reader.labels()
  }

  /// What the sizes are called.
  private struct Keys {
    let width, heads, hiddenWidth, layers, activation: String

    init(_ family: Family) {
      switch family {
      case .distilBERT:
        (width, heads, hiddenWidth, layers) = ("dim", "n_heads", "hidden_dim", "n_layers")
        activation = "activation"
      default:
        (width, heads) = ("hidden_size", "num_attention_heads")
        (hiddenWidth, layers) = ("intermediate_size", "num_hidden_layers")
        activation = "hidden_act"
      }
    }
  }
}

extension ConfigurationReader {
  /// An activation by its name in transformers.
  func activation(_ key: String, default fallback: String) throws(ModelError) -> Activation {
    guard let activation = Activation(named: try word(key) ?? fallback) else {
      throw mismatch(key, expected: "relu, gelu, gelu_new, silu, swish or tanh")
    }
    return activation
  }

  /// A classifier's outputs.
  func labels() throws(ModelError) -> Int {
    let named = try memberCount("id2label")
    // Two labels are transformers' own default.
    return try size("num_labels", default: named.flatMap { $0 > 0 ? $0 : nil } ?? 2)
  }
}
