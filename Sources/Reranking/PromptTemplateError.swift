/// What is wrong with a template: one sentence on what was expected and what was found.
public struct PromptTemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
