import Kernels

/// ColBERT: a BERT, and a linear layer that makes a short vector of each token's last state.
///
/// Source: Khattab and Zaharia 2020 (arXiv 2004.12832); Santhanam et al. 2022 (arXiv 2112.01488).
public struct ColBERTModel: Sendable {
  /// The encoder below the linear layer.
  public let encoder: BERTEncoder
  /// The numbers of a token's vector.
  public let dimension: Int
  private let projection: Parameter
  private let bias: Parameter?

  /// What the linear layer is called in checkpoints.
  private static let name = "linear"

  /// Declares every parameter that a configuration asks for.
  public init(
    _ configuration: BERTConfiguration, dimension: Int,
    declaring parameters: inout ParameterDeclarations
  ) {
    self.dimension = dimension
    // A file of the encoder alone has no prefix.
    let headed = BERTTensorNames(configuration.family).base
    let prefix =
      parameters.isStored("\(headed)embeddings.word_embeddings.weight") ? headed : ""
    encoder = BERTEncoder(configuration, prefix: prefix, declaring: &parameters)
    projection = parameters.layer(
      "\(Self.name).weight", rows: dimension, columns: configuration.width)
    bias =
      parameters.isStored("\(Self.name).bias")
      ? parameters.vector("\(Self.name).bias", count: dimension) : nil
    for end in ["weight", "bias"] { parameters.ignore("\(prefix)pooler.dense.\(end)") }
  }

  /// The architecture of the encoder.
  public var configuration: BERTConfiguration { encoder.configuration }

  /// The vectors of some of a batch's tokens, as the linear layer gives them,
  /// `[rows.count, dimension]`.
  ///
  /// - Parameters:
  ///   - rows: Places of tokens in the batch.
  ///   - seenCounts: How many of each sequence's first tokens its tokens see, at least 1; nil: all.
  public func vectors<B: Backend>(
    of rows: [Int32], in batch: PackedBatch, seenCounts: [Int]? = nil, on backend: inout B
  ) -> B.Value {
    let types = [Int32](repeating: 0, count: batch.tokens.count)
    let states = encoder.encode(batch, types: types, seenCounts: seenCounts, on: &backend)
    return backend.linear(backend.select(rows, of: states), projection, bias: bias)
  }

  /// Floating-point operations for sequences of so many tokens, at the least.
  public func operations(lengths: [Int]) -> Double {
    let width = Double(configuration.width)
    let perToken = 2 * (4 * width * width + 2 * width * Double(configuration.hiddenWidth))
    return lengths.reduce(0) { sum, length in
      let length = Double(length)
      let layer = length * perToken + 4 * length * length * width
      return sum + Double(configuration.layers) * layer + 2 * length * width * Double(dimension)
    }
  }
}
