public import Kernels

/// Vectors of a text's tokens, `[count, dimension]`, row-major, each of length 1.
public struct TokenVectors: Sendable, Hashable {
  /// The numbers of each vector.
  public let dimension: Int
  /// All rows, end to end.
  public let values: [Float]
  /// Whether the text lost tokens.
  public let isShortened: Bool

  /// Takes rows that lie end to end.
  ///
  /// - Precondition: The dimension is positive, and divides the number of values.
  public init(dimension: Int, values: [Float], isShortened: Bool = false) {
    precondition(
      dimension > 0 && values.count.isMultiple(of: dimension), "vectors are whole rows")
    self.dimension = dimension
    self.values = values
    self.isShortened = isShortened
  }

  /// The number of vectors.
  public var count: Int { values.count / dimension }
}

/// Vectors of a document's tokens, wherever they are kept.
public protocol StoredTokenVectors: Sendable {
  /// The number of vectors.
  var count: Int { get }
  /// Whether the document lost tokens.
  var isShortened: Bool { get }

  /// The vectors, `[count, dimension]`, row-major.
  ///
  /// - Parameter workspace: For vectors that must be converted.
  func withFloats<Result>(
    in workspace: Workspace, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result
}
