public import Tokenization

/// The tokens of one query or document, encoded once and put into any number of prompts.
public struct EncodedText: Sendable, Hashable {
  /// The first tokens, as many as any prompt of the encoder can keep.
  public let tokens: [TokenID]
  /// How many tokens the whole text has.
  public let fullCount: Int

  /// Keeps the first `limit` tokens: a prompt never holds more tokens of a text than it may have
  /// altogether, and a very long document would hold memory for nothing.
  init(_ tokens: [TokenID], limit: Int) {
    self.tokens = tokens.count <= limit ? tokens : Array(tokens.prefix(limit))
    self.fullCount = tokens.count
  }
}
