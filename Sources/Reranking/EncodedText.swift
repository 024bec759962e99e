public import Tokenization

/// The tokens of one query or document, encoded once and put into any number of prompts.
public struct EncodedText: Sendable, Hashable {
  /// The text's first tokens: all of them, or as many as a prompt of the encoder may have.
  public let tokens: [TokenID]
  /// Whether the text goes on after `tokens`.
  public let hasMore: Bool

  /// Keeps the first `limit` tokens.
  ///
  /// A prompt never holds more of a text than it may have tokens, and the rest of a very long
  /// document would only hold memory.
  init(_ tokens: [TokenID], limit: Int) {
    self.hasMore = tokens.count > limit
    self.tokens = hasMore ? Array(tokens.prefix(limit)) : tokens
  }

  /// Whether the first `limit` tokens are not the whole text.
  func isLonger(than limit: Int) -> Bool {
    hasMore || tokens.count > limit
  }
}
