/// A candidate to be ranked.
public struct Document: Sendable, Hashable {
  public var id: String
  public var text: String

  public init(id: String = "", text: String) {
    self.id = id
    self.text = text
  }
}
