public import Kernels

/// A model that gives a few numbers for a pair of texts: what a cross-encoder needs of a network.
public protocol PairClassifier: Sendable {
  /// Rows of the word embedding table.
  var vocabularySize: Int { get }
  /// The most tokens of a sequence.
  var maximumPositions: Int { get }
  /// The most tokens of a sequence unless someone asks for more.
  var usualTokens: Int { get }
  /// How many types of tokens the model tells apart; 0 or 1 if it does not.
  var tokenTypes: Int { get }
  /// The classifier's outputs.
  var labels: Int { get }

  /// Floating-point operations for sequences of so many tokens, at the least.
  func encoderOperations(lengths: [Int]) -> Double

  /// The classifier's outputs, `[sequences, labels]`.
  ///
  /// - Parameter types: The type of each token of the batch; not read by a model without types.
  func logits(_ batch: PackedBatch, types: [Int32], on backend: inout InferenceBackend) -> Matrix
}

extension PairClassifier {
  /// As many as there may be.
  public var usualTokens: Int { maximumPositions }
}

extension BERTModel: PairClassifier {
  /// Rows of the word embedding table.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The most tokens of a sequence.
  public var maximumPositions: Int { configuration.maximumPositions }
  /// Rows of the token type table; 0 without one.
  public var tokenTypes: Int { configuration.tokenTypes }
  /// The classifier's outputs.
  public var labels: Int { configuration.labels }

  /// Operations of all layers; of the last one only what the first token needs.
  public func encoderOperations(lengths: [Int]) -> Double {
    configuration.encoderOperations(lengths: lengths)
  }
}
