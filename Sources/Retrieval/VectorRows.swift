import Kernels

/// Embeddings that are searched, `[count, dimension]`, wherever they are.
protocol VectorRows: Sendable {
  var count: Int { get }
  var dimension: Int { get }

  /// Some rows as 32-bit floats, end to end.
  ///
  /// - Parameter scratch: `[at least rows.count, dimension]`, for rows that must be converted.
  func withFloats<Result>(
    _ rows: Range<Int>, scratch: Matrix, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result
}

extension EmbeddingRows: VectorRows {}

extension Embeddings: VectorRows {
  func withFloats<Result>(
    _ rows: Range<Int>, scratch: Matrix, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows are among the embeddings")
    return values.withUnsafeBufferPointer { values in
      // In bounds: the rows lie end to end.
      values.baseAddress.map { body($0 + rows.lowerBound * dimension) } ?? body(scratch.pointer)
    }
  }
}

extension Embeddings {
  /// For each query the embeddings with the greatest dot products, best first; among equal ones the
  /// one that comes first.
  ///
  /// - Precondition: Queries are as wide; the limit is positive.
  package func nearest(
    _ limit: Int, to queries: Embeddings, threads: Int
  ) -> [[FoundDocument]] {
    ExactSearch(self).best(limit, for: queries, threads: threads).map {
      $0.map(FoundDocument.init)
    }
  }

  /// The dot product of one of these embeddings with one of others that are as wide.
  package func product(of row: Int, with other: Embeddings, row otherRow: Int) -> Double {
    precondition(dimension == other.dimension, "embeddings of a product are equally wide")
    var sum = 0.0
    for (left, right) in zip(self[row], other[otherRow]) { sum += Double(left) * Double(right) }
    return sum
  }
}
