/// What is cut from a prompt, or from a cross-encoder's pair, that has more tokens than the budget.
public enum Truncation: String, Sendable, Hashable, CaseIterable {
  /// Documents are shortened (both to the same limit in duo); the cue after them stays. The query is cut
  /// only if it alone is too long.
  case document
  /// The whole prompt is cut from the right, `</s>` kept, as pygaggle does. Of a cross-encoder's pair
  /// the longer text is cut, as sentence-transformers does (`longest_first`).
  case prompt
}
