import CKernels

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
    t5k_gemm_tn(
      slopes.columns, left.columns, slopes.rows, slopes.pointer, slopes.columns, left.pointer,
      left.columns, out, left.columns, 1)
  }
}
