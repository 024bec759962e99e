/// Turns one word, which no token crosses, into tokens.
protocol TokenModel: Sendable {
  /// What the model is called.
  var name: String { get }

  /// All pieces but those of added tokens.
  var pieces: PieceTable { get }

  /// The token of what no pieces make up; nil if there is none.
  var unknownToken: TokenID? { get }

  /// Whether a word's tokens are worth remembering.
  var isSlow: Bool { get }

  /// Appends the tokens of a word in UTF-8, which is not empty.
  ///
  /// - Parameter controls: Tokens that no text may become, but for the unknown token.
  func encode(
    _ word: UnsafeBufferPointer<UInt8>, without controls: Set<TokenID>,
    into tokens: inout [TokenID])
}
