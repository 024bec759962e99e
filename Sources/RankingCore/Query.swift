/// What a user asks.
public struct Query: Sendable, Hashable {
  /// Names the query in runs and judgements; may be empty where nobody asks.
  public var id: String
  /// What the model reads.
  public var text: String

  /// A query with a text.
  public init(id: String = "", text: String) {
    self.id = id
    self.text = text
  }
}
