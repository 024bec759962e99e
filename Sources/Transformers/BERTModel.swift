import Kernels

/// BERT for sequence classification: the encoder, a tanh pooler on the first token, a linear layer.
///
/// Source: transformers' BertForSequenceClassification.
public struct BERTModel: Sendable {
  /// The encoder below the head.
  public let encoder: BERTEncoder
  private let pooler, classifier: BERTEncoder.Linear

  /// The architecture.
  public var configuration: BERTConfiguration { encoder.configuration }

  /// Declares every parameter that a configuration asks for.
  public init(
    _ configuration: BERTConfiguration, declaring parameters: inout ParameterDeclarations
  ) {
    let width = configuration.width
    encoder = BERTEncoder(configuration, prefix: "bert.", declaring: &parameters)
    pooler = parameters.linear("bert.pooler.dense", width, width)
    classifier = parameters.linear("classifier", configuration.labels, width)
  }

  /// The classifier's outputs, `[sequences, labels]`.
  ///
  /// - Parameter types: The type of each token of the batch.
  public func logits<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    let first = encoder.encodeFirst(batch, types: types, on: &backend)
    let pooled = backend.drop(
      backend.linear(first, pooler.weight, bias: pooler.bias, then: .tanh))
    return backend.linear(pooled, classifier.weight, bias: classifier.bias)
  }
}
