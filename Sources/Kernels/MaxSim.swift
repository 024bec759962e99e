import CKernels

/// Late interaction: how well the vectors of one text are matched by those of another.
public enum MaxSim {
  /// Σ over the queries' rows of the greatest dot product with any of the documents' rows, summed in
  /// double precision.
  ///
  /// - Parameters:
  ///   - queries: `[queryCount, dimension]`.
  ///   - documents: `[documentCount, dimension]`; at least one.
  /// - Returns: NaN where any of the vectors has a number that is not finite.
  /// Source: Khattab and Zaharia 2020 (arXiv 2004.12832), equation 3.
  public static func score(
    queries: UnsafePointer<Float>, queryCount: Int, documents: UnsafePointer<Float>,
    documentCount: Int, dimension: Int, in workspace: Workspace
  ) -> Double {
    precondition(documentCount >= 1, "a document has at least one vector")
    guard t5k_all_finite(queries, queryCount * dimension),
      t5k_all_finite(documents, documentCount * dimension)
    else { return .nan }
    let products = workspace.matrix(rows: queryCount, columns: documentCount)
    t5k_gemm_nt(
      queryCount, documentCount, dimension, queries, dimension, documents, dimension,
      products.pointer, documentCount, nil, 0)
    var sum = 0.0
    for row in 0..<queryCount {
      // In bounds: a row of the products.
      let line = UnsafeBufferPointer(
        start: products.pointer + row * documentCount, count: documentCount)
      sum += Double(line[indexOfGreatest(line)])
    }
    return sum
  }
}

extension Matrix {
  /// Divides each row by its length, but by no less than 1e-12.
  ///
  /// Source: torch.nn.functional.normalize.
  public func normalizeRows() {
    for row in 0..<rows {
      let start = pointer + row * columns
      let length = Float(max(VectorSum.squares(start, count: columns).squareRoot(), 1e-12))
      for column in 0..<columns { start[column] /= length }
    }
  }
}
