import CKernels

/// A matrix of activations or gradients, rounded to bfloat16 and laid out for sums over its rows.
public struct RoundedColumns {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// A workspace's memory; its numbers are no floats.
  private let memory: Matrix

  /// Rounds a matrix.
  public init(_ matrix: Matrix, in workspace: Workspace) {
    rows = matrix.rows
    columns = matrix.columns
    // Whole lines of 64 bytes.
    let floats = t5k_packed_bf16_bytes(columns, rows) / MemoryLayout<Float>.size
    memory = workspace.matrix(rows: 1, columns: floats)
    t5k_pack_bf16_columns(rows, columns, matrix.pointer, columns, memory.pointer)
  }

  fileprivate var pointer: UnsafeRawPointer { UnsafeRawPointer(memory.pointer) }
}

extension MatrixProduct {
  /// out += slopesᵀ · left: the gradient by the weight of `transposed`, of rounded factors.
  ///
  /// - Parameters:
  ///   - slopes: `[rows, columns]`, the gradient by the product.
  ///   - left: `[rows, depth]`.
  ///   - out: `[columns, depth]`.
  public static func addWeightGradient(
    _ slopes: RoundedColumns, _ left: RoundedColumns, into out: UnsafeMutablePointer<Float>
  ) {
    precondition(slopes.rows == left.rows, "a gradient has as many rows as its product")
    t5k_gemm_bf16_packed(
      slopes.columns, left.columns, left.rows, slopes.pointer, left.pointer, out, left.columns, 1)
  }
}
