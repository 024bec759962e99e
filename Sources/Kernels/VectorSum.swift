import CKernels

/// Sums over long vectors.
public enum VectorSum {
  /// Adds `count` floats to others, in place.
  public static func add(
    _ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
  ) {
    t5k_add(sum, x, sum, count)
  }

  /// Σ x², in double precision.
  public static func squares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    t5k_sum_of_squares(x, count)
  }
}
