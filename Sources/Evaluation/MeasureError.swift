/// Why a text names no measure.
public struct MeasureError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence: what was expected, and what was found.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
