import Kernels

/// BERT and its kin for sequence classification: the encoder, and on the first token two linear
/// layers with an activation between them.
///
/// Source: transformers' BertForSequenceClassification, DistilBertForSequenceClassification, ….
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
    let names = BERTTensorNames(configuration.family)
    encoder = BERTEncoder(configuration, prefix: names.base, declaring: &parameters)
    if let last = encoder.layers.last {
      // The last layer's are folded into the first token's query: see `encodeFirst`.
      parameters.keepFloats(of: last.key.weight)
      parameters.keepFloats(of: last.value.weight)
    }
    pooler = parameters.linear(names.head.pooler, width, width)
    classifier = parameters.linear(names.head.classifier, configuration.labels, width)
    for name in names.unused { parameters.ignore(names.base + name) }
  }

  /// The classifier's outputs, `[sequences, labels]`.
  ///
  /// - Parameter types: The type of each token of the batch; not read by a model without types.
  public func logits<B: Backend>(
    _ batch: PackedBatch, types: [Int32], on backend: inout B
  ) -> B.Value {
    let first = encoder.encodeFirst(batch, types: types, on: &backend)
    let pooled = backend.drop(
      backend.linear(first, pooler.weight, bias: pooler.bias, then: configuration.headActivation))
    return backend.linear(pooled, classifier.weight, bias: classifier.bias)
  }
}
