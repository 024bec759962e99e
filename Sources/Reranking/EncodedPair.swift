public import Tokenization

/// A query and a document as a cross-encoder reads them, in its `PairTemplate`.
public struct EncodedPair: Sendable, Hashable, EncodedSequence {
  /// At most the pair encoder's `maximumTokens`.
  public let tokens: [TokenID]
  /// Where the document's part begins, after the tokens between the texts.
  public let documentStart: Int
  /// The type of the tokens from there on.
  public let documentType: Int32
  /// Whether the document lost tokens.
  public let documentShortened: Bool
  /// Whether the query lost tokens.
  public let queryShortened: Bool

  /// The type of each token: 0 before the document's part, `documentType` in it.
  public var types: [Int32] {
    tokens.indices.map { $0 < documentStart ? 0 : documentType }
  }

  var documentsShortened: [Bool] { [documentShortened] }
}
