import CKernels

/// A layer's weight, `[rows, columns]`, rounded to bfloat16 for the products of a training, and again
/// whenever it changed.
///
/// A class because all threads share its memory.
public final class LearntWeight: Sendable {
  // Sendable stands on its owner: `round` runs while nobody multiplies.
  /// For `MatrixProduct.transposed` with the layer's inputs: `[rows, columns]`.
  public let forward: PackedWeight
  /// For `MatrixProduct.transposed` with the gradients by its outputs: the transpose, `[columns, rows]`.
  public let backward: PackedWeight

  /// Room for a weight, to be rounded before it is used.
  public init(rows: Int, columns: Int) {
    forward = PackedWeight(.bf16, rows: rows, columns: columns)
    backward = PackedWeight(.bf16, rows: columns, columns: rows)
  }

  /// Rounds the weight.
  ///
  /// - Parameter numbers: `[rows, columns]`.
  public func round(_ numbers: UnsafePointer<Float>) {
    // In bounds: the kernels write as many bytes as a packed weight of this shape has.
    t5k_pack_bf16(forward.rows, forward.columns, numbers, forward.columns, forward.memory)
    t5k_pack_bf16_columns(
      forward.rows, forward.columns, numbers, forward.columns, backward.memory)
  }
}
