public import JSON
public import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The architecture of a DeBERTa, version 2 or 3, for sequence classification, as its `config.json`
/// describes it.
public struct DeBERTaConfiguration: Sendable, Hashable {
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
  /// The head's activation.
  public let headActivation: Activation
  /// Added to the variance by every norm.
  public let epsilon: Float
  /// The most tokens of a sequence.
  public let maximumPositions: Int
  /// Rows of the token type table; 0 without one.
  public let tokenTypes: Int
  /// The classifier's outputs.
  public let labels: Int
  /// Rows of the table of distances on either side of its middle.
  public let span: Int
  /// How many distances on either side, together, have buckets; nil: each distance has a row.
  public let buckets: Int?
  /// The distance whose bucket is the last.
  public let maximumDistance: Int

  /// Whether scores have a term of the query and the distance.
  let readsKeyPositions: Bool
  /// Whether scores have a term of the key and the distance.
  let readsQueryPositions: Bool
  /// Whether distances go through the layers of the texts' queries and keys.
  let sharesProjections: Bool
  /// Whether the embeddings have a term of the position.
  let addsPositions: Bool
  /// Whether the table of distances has a norm of its own.
  let normsDistances: Bool

  /// The `model_type`.
  public static let family = "deberta-v2"

  /// Reads a configuration.
  ///
  /// - Parameter path: What errors call the file.
  /// - Throws: `ModelError.configuration` for the first key that no such model can have.
  public init(_ value: JSONValue, path: String) throws(ModelError) {
    let reader = try ConfigurationReader(value, path: path)
    guard try reader.word("model_type") == Self.family else {
      throw reader.mismatch("model_type", expected: "\"\(Self.family)\"")
    }
    vocabularySize = try reader.size("vocab_size")
    width = try reader.size("hidden_size")
    for key in ["embedding_size", "pooler_hidden_size"] {
      guard try reader.size(key, default: width) == width else {
        throw reader.mismatch(key, expected: "hidden_size, \(width)")
      }
    }
    heads = try reader.heads("num_attention_heads")
    guard width.isMultiple(of: heads) else {
      throw reader.mismatch("num_attention_heads", expected: "a divisor of hidden_size \(width)")
    }
    guard try reader.size("attention_head_size", default: width / heads) == width / heads else {
      throw reader.mismatch("attention_head_size", expected: "\(width / heads)")
    }
    hiddenWidth = try reader.size("intermediate_size")
    layers = try reader.integer("num_hidden_layers", in: 1...1024)
    activation = try reader.activation("hidden_act", default: "gelu")
    headActivation = try reader.activation("pooler_hidden_act", default: "gelu")
    epsilon = try reader.epsilon("layer_norm_eps", default: 1e-7)
    maximumPositions = try reader.size("max_position_embeddings", default: 512)
    tokenTypes = try reader.integer("type_vocab_size", in: 0...1 << 24, default: 0)
    labels = try reader.labels()
    guard try reader.integer("conv_kernel_size", in: 0...1 << 24, default: 0) == 0 else {
      throw reader.mismatch("conv_kernel_size", expected: "0, as no convolution is computed here")
    }
    guard try reader.flag("relative_attention") ?? false else {
      throw reader.mismatch("relative_attention", expected: "true")
    }
    addsPositions = try reader.flag("position_biased_input") ?? true
    sharesProjections = try reader.flag("share_att_key") ?? false

    let terms = try reader.parts("pos_att_type") ?? []
    guard terms.allSatisfy(["c2p", "p2c"].contains) else {
      throw reader.mismatch("pos_att_type", expected: "c2p, p2c or both")
    }
    readsKeyPositions = terms.contains("c2p")
    readsQueryPositions = terms.contains("p2c")
    normsDistances = try reader.parts("norm_rel_ebd")?.contains("layer_norm") ?? false

    let asked = try reader.integer("max_relative_positions", in: -1...1 << 24, default: -1)
    maximumDistance = asked < 1 ? maximumPositions : asked
    let buckets = try reader.integer("position_buckets", in: -1...1 << 24, default: -1)
    self.buckets = buckets > 0 ? buckets : nil
    guard buckets <= 0 || (buckets >= 2 && maximumDistance - 1 > buckets / 2) else {
      throw reader.mismatch(
        "position_buckets", expected: "2 to \(2 * max(maximumDistance - 2, 1)), or -1")
    }
    span = buckets > 0 ? buckets : maximumDistance
  }

  /// The row, in the table of distances, of a distance, query − key.
  ///
  /// Near distances have a row each, those beyond half of the buckets share logarithmically more.
  /// Computed in 32-bit floats as the reference does: at a bucket's edge the rounding decides.
  ///
  /// Source: `make_log_bucket_position` of transformers' modeling_deberta_v2.py.
  public func row(of distance: Int) -> Int {
    min(max(bucket(of: distance) + span, 0), 2 * span - 1)
  }

  private func bucket(of distance: Int) -> Int {
    guard let buckets else { return distance }
    let middle = buckets / 2
    let length = abs(distance)
    guard length > middle else { return distance }
    let ratio =
      logf(Float(length) / Float(middle))
      / logf(Float(Double(maximumDistance - 1) / Double(middle)))
    let bucket = Int((ratio * Float(middle - 1)).rounded(.up)) + middle
    return distance < 0 ? -bucket : bucket
  }
}

extension ConfigurationReader {
  /// A list of words, or a string of them with `|` between, lower-cased; nil where it is absent or null.
  fileprivate func parts(_ key: String) throws(ModelError) -> [String]? {
    guard let words = try? word(key) else { return try strings(key)?.map { $0.lowercased() } }
    return words.lowercased().split(separator: "|").map { part in
      String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }
}
