public import Tokenization

/// A prompt as the encoder reads it.
public struct EncodedPrompt: Sendable, Hashable {
  /// At most the prompt encoder's `maximumTokens`, the end of sequence included.
  public let tokens: [TokenID]
  /// How many of the prompt's documents lost tokens.
  public let shortenedDocuments: Int
  /// Whether the query lost tokens.
  public let queryShortened: Bool
}
