/// What a user asks. `id` names it in runs and judgements; it may be empty where nobody asks.
public struct Query: Sendable, Hashable {
  public var id: String
  public var text: String

  public init(id: String = "", text: String) {
    self.id = id
    self.text = text
  }
}
