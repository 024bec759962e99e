import CKernels
import COpenBLAS

extension MatrixProduct {
  /// out = slopes · weight: the gradient by the left matrix of `transposed`.
  ///
  /// - Parameters:
  ///   - slopes: `[rows, columns]`, the gradient by the product.
  ///   - weight: `[columns, depth]`.
  ///   - out: `[rows, depth]`.
  public static func backward(
    _ slopes: Matrix, _ weight: UnsafePointer<Float>, into out: Matrix,
    _ destination: Destination = .overwritten
  ) {
    precondition(slopes.rows == out.rows, "a gradient has as many rows as its product")
    t5k_gemm_nn(
      slopes.rows, out.columns, slopes.columns, slopes.pointer, slopes.columns, weight,
      out.columns, out.pointer, out.columns, destination == .addedTo ? 1 : 0)
  }

  /// out += slopesᵀ · left: the gradient by the weight of `transposed`.
  ///
  /// - Parameters:
  ///   - slopes: `[rows, columns]`, the gradient by the product.
  ///   - left: `[rows, depth]`.
  ///   - out: `[columns, depth]`.
  public static func addWeightGradient(
    _ slopes: Matrix, _ left: Matrix, into out: UnsafeMutablePointer<Float>
  ) {
    precondition(slopes.rows == left.rows, "a gradient has as many rows as its product")
    addTransposed(
      rows: slopes.columns, columns: left.columns, depth: slopes.rows, slopes.pointer,
      slopes.columns, left.pointer, left.columns, out, left.columns)
  }

  /// c += aᵀ · b for a `[depth, rows]`, b `[depth, columns]` and c `[rows, columns]`, each with the
  /// distance between its rows.
  ///
  /// Rows of a product of gradients need no bits that are independent of the others, so this is
  /// OpenBLAS's, on the calling thread alone.
  static func addTransposed(
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, _ aStep: Int,
    _ b: UnsafePointer<Float>, _ bStep: Int, _ c: UnsafeMutablePointer<Float>, _ cStep: Int
  ) {
    guard rows > 0, columns > 0, depth > 0 else { return }
    _ = BLAS.isSingleThreaded
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(depth), 1,
      a, blasint(aStep), b, blasint(bStep), 1, c, blasint(cStep))
  }
}

/// OpenBLAS, told once to leave threads to its callers.
enum BLAS {
  static let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
  }()
}
