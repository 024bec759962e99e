public import Tokenization

/// A prompt's labels as tokens of one model: the one place where label tokens are picked.
public struct ResolvedLabels: Sendable, Hashable {
  /// The tokens of each label, in label order; none is empty.
  public let tokens: [[TokenID]]

  /// Whether each label is one piece, so that one decoder step scores them all.
  public var isSinglePiece: Bool { tokens.allSatisfy { $0.count == 1 } }

  /// The only token of each label, in label order; nil if a label has several.
  public var singleTokens: [TokenID]? { isSinglePiece ? tokens.map { $0[0] } : nil }

  /// Looks each piece up in a vocabulary, exactly as it is spelt; ByT5's spells it in bytes.
  ///
  /// - Throws: `RerankingError.unusablePrompt` naming prompt, label and piece, for a piece that the
  ///   vocabulary lacks, and for labels that it spells in a way that the prompt's rule cannot use.
  public init(_ prompt: Prompt, tokenizer: any Tokenizer) throws(RerankingError) {
    var tokens: [[TokenID]] = []
    for label in prompt.labels {
      var labelTokens: [TokenID] = []
      for (index, piece) in label.pieces.enumerated() {
        guard let spelling = tokenizer.tokens(spelling: piece, isFirst: index == 0) else {
          throw .unusablePrompt(
            path: "prompt \(prompt.name)",
            reason:
              "label \"\(label.pieces.joined())\": expected pieces of the model's vocabulary, "
              + "found \"\(piece)\", which it lacks")
        }
        labelTokens += spelling
      }
      tokens.append(labelTokens)
    }
    self.tokens = tokens
    try checkSpelling(prompt)
  }

  /// What a prompt file promises of its pieces holds for the tokens, too.
  private func checkSpelling(_ prompt: Prompt) throws(RerankingError) {
    let path = "prompt \(prompt.name)"
    if prompt.scoring == .logit, !isSinglePiece {
      throw .unusablePrompt(
        path: path,
        reason: "labels: expected one of a single token for a logit, found "
          + "\(tokens.map(\.count)) tokens")
    }
    for (index, label) in tokens.enumerated() {
      let other = tokens.indices.first { $0 != index && tokens[$0].starts(with: label) }
      guard let other else { continue }
      throw .unusablePrompt(
        path: path,
        reason: "labels: expected answers that exclude each other, found "
          + "\"\(prompt.labels[index].pieces.joined())\", with which "
          + "\"\(prompt.labels[other].pieces.joined())\" begins in the model's vocabulary")
    }
  }
}
