public import Tokenization

/// A prompt's labels as tokens of one model: the one place where label tokens are picked.
public struct ResolvedLabels: Sendable, Hashable {
  /// The tokens of each label, in label order; none is empty.
  public let tokens: [[TokenID]]

  /// Whether each label is one piece, so that one decoder step scores them all.
  public var isSinglePiece: Bool { tokens.allSatisfy { $0.count == 1 } }

  /// The only token of each label, in label order; nil if a label has several.
  public var singleTokens: [TokenID]? { isSinglePiece ? tokens.map { $0[0] } : nil }

  /// Looks each piece up in a vocabulary, exactly as it is spelt.
  ///
  /// - Throws: `RerankingError.unusablePrompt` naming prompt, label and piece, for a piece that the
  ///   vocabulary lacks.
  public init(_ prompt: Prompt, tokenizer: any Tokenizer) throws(RerankingError) {
    var tokens: [[TokenID]] = []
    for label in prompt.labels {
      var labelTokens: [TokenID] = []
      for piece in label.pieces {
        guard let token = tokenizer.token(for: piece) else {
          throw .unusablePrompt(
            path: "prompt \(prompt.name)",
            reason:
              "label \"\(label.pieces.joined())\": expected pieces of the model's vocabulary, "
              + "found \"\(piece)\", which it lacks")
        }
        labelTokens.append(token)
      }
      tokens.append(labelTokens)
    }
    self.tokens = tokens
  }
}
