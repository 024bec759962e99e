/// A candidate to be ranked.
public struct Document: Sendable, Hashable {
  /// Names the document in runs and judgements; may be empty where nobody asks.
  public var id: String
  /// What the model reads.
  public var text: String

  /// A candidate with a text.
  public init(id: String = "", text: String) {
    self.id = id
    self.text = text
  }
}
