public import Tokenization

/// A query and a document as a cross-encoder reads them; see `PairEncoder`.
public struct EncodedPair: Sendable, Hashable, EncodedSequence {
  /// At most the pair encoder's `maximumTokens`.
  public let tokens: [TokenID]
  /// Where the document's part begins, after the first separator.
  public let documentStart: Int
  /// Whether the document lost tokens.
  public let documentShortened: Bool
  /// Whether the query lost tokens.
  public let queryShortened: Bool

  /// The type of each token: 0 up to the first separator, and 1 after it.
  public var types: [Int32] {
    tokens.indices.map { $0 < documentStart ? 0 : 1 }
  }

  var documentsShortened: [Bool] { [documentShortened] }
}
