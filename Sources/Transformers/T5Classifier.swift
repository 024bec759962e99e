public import Kernels

/// A T5 with a classifier in place of its head of words.
///
/// Two kinds are told apart by `architectures` in `config.json` and by the tensors' names:
///
/// - transformers' T5ForSequenceClassification: encoder and decoder read the text; the decoder's state at its
///   last token, a tanh layer, a linear layer. (transformers takes the last `</s>`, with which a pair ends.)
/// - RankT5 over the encoder alone: the encoder's first state, a linear layer. naver's first version has a
///   linear layer and a layer norm before it.
///
/// Source: transformers' modeling_t5.py; naver/splade's RankT5Encoder and RankT5EncoderFix
/// (naver/trecdl22-crossencoder-rankT53b-repro); Zhuang et al. 2022, arXiv 2210.10634.
public struct T5Classifier: Sendable {
  /// What stands behind a classifier.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// `transformer.*`, `classification_head.*`.
    case decoder
    /// `transformer.*`, `classifier.*`.
    case encoder
    /// `model.*`, `linear.*`, maybe `first_transform.*` and `layer_norm.*`.
    case naverEncoder
  }

  private enum Body: Sendable {
    case decoder(T5Model, dense: BERTEncoder.Linear)
    case encoder(T5Encoder, transform: Transform?)
  }

  private struct Transform: Sendable {
    let linear: BERTEncoder.Linear
    let gain, bias: Parameter
  }

  /// The architecture below the classifier.
  public let configuration: T5Configuration
  /// The classifier's outputs.
  public let labels: Int
  private let body: Body
  private let output: BERTEncoder.Linear

  /// torch's LayerNorm in naver's code; no file says it.
  private static let transformEpsilon: Float = 1e-12

  /// Declares every parameter that a configuration asks for.
  public init(
    _ configuration: T5Configuration, kind: Kind,
    declaring parameters: inout ParameterDeclarations
  ) {
    let width = configuration.width
    self.configuration = configuration
    // RankT5's classifiers have one output, whatever config.json says.
    labels = kind == .decoder ? configuration.labels : 1
    switch kind {
    case .decoder:
      let model = parameters.nested(under: "transformer.") {
        T5Model(configuration, declaringBody: &$0)
      }
      let dense = parameters.linear("classification_head.dense", width, width)
      output = parameters.linear("classification_head.out_proj", labels, width)
      body = .decoder(model, dense: dense)
    case .encoder:
      let encoder = parameters.nested(under: "transformer.") {
        T5Encoder(configuration, declaring: &$0)
      }
      output = parameters.linear("classifier", 1, width)
      body = .encoder(encoder, transform: nil)
    case .naverEncoder:
      let encoder = parameters.nested(under: "model.") {
        T5Encoder(configuration, declaring: &$0)
      }
      var transform: Transform?
      if parameters.isStored("first_transform.weight") {
        transform = Transform(
          linear: parameters.linear("first_transform", width, width),
          gain: parameters.vector("layer_norm.weight", count: width),
          bias: parameters.vector("layer_norm.bias", count: width))
      }
      output = parameters.linear("linear", 1, width)
      body = .encoder(encoder, transform: transform)
    }
  }

  /// The classifier's outputs, `[sequences, labels]`.
  func logits<B: Backend>(_ batch: PackedBatch, on backend: inout B) -> B.Value {
    let states: B.Value
    switch body {
    case .decoder(let model, let dense):
      let context = model.encode(batch, on: &backend)
      let read = model.read(batch, over: context, on: &backend)
      states = backend.linear(read, dense.weight, bias: dense.bias, then: .tanh)
    case .encoder(let encoder, let transform):
      let first = backend.select(batch.starts, of: encoder.encode(batch, on: &backend))
      guard let transform else {
        states = first
        break
      }
      let linear = transform.linear
      states = backend.layerNorm(
        backend.linear(first, linear.weight, bias: linear.bias), gain: transform.gain,
        bias: transform.bias, epsilon: Self.transformEpsilon)
    }
    return backend.linear(states, output.weight, bias: output.bias)
  }

}

extension T5Classifier: PairClassifier {
  /// Rows of the embedding table.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// T5 reads sequences of any length; far more than anybody asks for.
  public var maximumPositions: Int { 1 << 20 }
  /// Where T5's tokenizers cut.
  public var usualTokens: Int { 512 }
  /// T5's tokens have no types.
  public var tokenTypes: Int { 0 }

  /// Operations of the whole model, the decoder included.
  public func encoderOperations(lengths: [Int]) -> Double {
    let encoder = configuration.encoderOperations(lengths: lengths)
    guard case .decoder = body else { return encoder }
    return encoder + configuration.decoderOperations(lengths: lengths)
  }

  /// The classifier's outputs, `[sequences, labels]`.
  ///
  /// - Parameter types: Not read.
  public func logits(
    _ batch: PackedBatch, types: [Int32], on backend: inout InferenceBackend
  ) -> Matrix {
    logits(batch, on: &backend)
  }
}

extension T5Classifier.Kind {
  /// The kind of a checkpoint with a classifier; nil if it has a head of words, or none.
  ///
  /// - Parameter architecture: The first of `architectures` in `config.json`.
  public init?(architecture: String?, parameters: ParameterDeclarations) {
    let found = Self.allCases.first { kind in
      switch kind {
      case .decoder:
        architecture?.hasSuffix("T5ForSequenceClassification") == true
          || parameters.isStored("classification_head.out_proj.weight")
      case .encoder:
        parameters.isStored("classifier.weight")
          && parameters.isStored("transformer.encoder.final_layer_norm.weight")
      case .naverEncoder:
        parameters.isStored("linear.weight")
          && parameters.isStored("model.encoder.final_layer_norm.weight")
      }
    }
    guard let found else { return nil }
    self = found
  }
}
