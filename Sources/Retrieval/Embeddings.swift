/// Embeddings of some texts, `[count, dimension]`, row-major.
public struct Embeddings: Sendable, Hashable {
  /// The numbers of each embedding.
  public let dimension: Int
  /// All rows, end to end.
  public private(set) var values: [Float]

  /// Takes rows that lie end to end.
  ///
  /// - Precondition: The dimension is positive, and divides the number of values.
  public init(dimension: Int, values: [Float]) {
    precondition(
      dimension > 0 && values.count.isMultiple(of: dimension), "embeddings are whole rows")
    self.dimension = dimension
    self.values = values
  }

  /// The number of embeddings.
  public var count: Int { values.count / dimension }

  /// One embedding.
  public subscript(row: Int) -> ArraySlice<Float> {
    values[row * dimension..<(row + 1) * dimension]
  }

  /// The same directions, each of length 1, or 0 where it was 0.
  public func normalized() -> Embeddings {
    var result = self
    for row in 0..<count {
      result.values.withUnsafeMutableBufferPointer {
        // A row lies inside the values.
        normalize(UnsafeMutableBufferPointer(rebasing: $0[row * dimension..<(row + 1) * dimension]))
      }
    }
    return result
  }
}

/// Divides a vector by its length.
///
/// Source: torch.nn.functional.normalize, whose least divisor is the same.
func normalize(_ vector: UnsafeMutableBufferPointer<Float>) {
  let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
  let length = Float(max(squares.squareRoot(), 1e-12))
  for index in vector.indices { vector[index] /= length }
}
