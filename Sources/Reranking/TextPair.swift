/// A query and a document whose score is wanted.
public struct TextPair: Sendable, Hashable {
  /// What a user asks.
  public var query: String
  /// What may answer it.
  public var document: String

  /// A pair of two texts.
  public init(_ query: String, _ document: String) {
    self.query = query
    self.document = document
  }
}
