/// What is cut from a prompt that has more tokens than the budget.
public enum Truncation: String, Sendable, Hashable, CaseIterable {
  /// Documents are shortened (both to the same length limit in duo); the cue after them stays. The query is
  /// cut only if it alone is too long.
  case document
  /// The whole prompt is cut from the right, `</s>` kept, as pygaggle does.
  case prompt
}
