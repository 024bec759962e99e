import Tokenization

/// What goes through a model for one score, and what of its texts was cut away.
protocol EncodedSequence: Sendable {
  var tokens: [TokenID] { get }
  /// For each document, in the order in which it was handed over, whether it lost tokens.
  var documentsShortened: [Bool] { get }
  var queryShortened: Bool { get }
}
