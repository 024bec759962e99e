/// A candidate to be ranked.
public struct Document: Sendable, Hashable {
  /// Names the document in runs and judgements; may be empty where nobody asks.
  public var id: String
  /// What the model reads.
  public var text: String
  /// Where the body begins in `text`, in Unicode scalars: what is before it, such as a title, is read again
  /// with each window of the body.
  public var bodyStart: Int

  /// A candidate with a text.
  public init(id: String = "", text: String, bodyStart: Int = 0) {
    self.id = id
    self.text = text
    self.bodyStart = bodyStart
  }

  /// A window of the text as a model reads it: after what stands before the body, if it begins in the body.
  ///
  /// - Parameter window: In Unicode scalars of `text`; what is beyond its end is left out.
  public func excerpt(_ window: Range<Int>) -> String {
    let scalars = text.unicodeScalars
    let part = scalars.dropFirst(max(window.lowerBound, 0)).prefix(window.count)
    let isInBody = bodyStart > 0 && window.lowerBound >= bodyStart
    let heading = scalars.prefix(isInBody ? bodyStart : 0)
    return String(heading) + String(part)
  }
}
