public import Tokenization

/// A prompt as the encoder reads it.
public struct EncodedPrompt: Sendable, Hashable, EncodedSequence {
  /// At most the prompt encoder's `maximumTokens`, the end of sequence included.
  public let tokens: [TokenID]
  /// For each of the prompt's documents, whether it lost tokens.
  public let documentsShortened: [Bool]
  /// Whether the query lost tokens.
  public let queryShortened: Bool

  /// How many of the prompt's documents lost tokens.
  public var shortenedDocuments: Int { documentsShortened.count { $0 } }
}
