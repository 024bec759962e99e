import CKernels

/// Activations, rounded and laid out for products; each row by itself.
public struct RoundedMatrix {
  /// What the numbers were rounded to.
  public let precision: ReducedPrecision
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// A workspace's memory; its numbers are no floats.
  private let memory: Matrix

  /// Rounds a matrix; to bytes, its rotated rows.
  public init(_ matrix: Matrix, to precision: ReducedPrecision, in workspace: Workspace) {
    self.precision = precision
    rows = matrix.rows
    columns = matrix.columns
    // Rows take whole lines of 64 bytes.
    let floatSize = MemoryLayout<Float>.size
    switch precision {
    case .bf16:
      memory = workspace.matrix(rows: rows, columns: t5k_bf16_row_bytes(columns) / floatSize)
      t5k_bf16_rows(matrix.pointer, rows, columns, memory.pointer)
    case .int8:
      memory = workspace.matrix(rows: rows, columns: t5k_s8_row_bytes(columns) / floatSize)
      // Rotated rows of 16 KB are still in the first-level cache when they are rounded.
      let step = max(1, min(rows, 4096 / max(columns, 1)))
      let rotated = workspace.matrix(rows: step, columns: columns)
      for first in stride(from: 0, to: rows, by: step) {
        let some = min(step, rows - first)
        t5k_rotate_rows(matrix.pointer + first * columns, some, columns, rotated.pointer)
        t5k_s8_rows(rotated.pointer, some, columns, memory.pointer + first * memory.columns)
      }
    }
  }

  fileprivate var pointer: UnsafeRawPointer { UnsafeRawPointer(memory.pointer) }
}

extension MatrixProduct {
  /// out = activation(left · weightᵀ + bias), or activation(out + left · weightᵀ + bias); as row-stable as
  /// the product of floats.
  ///
  /// - Parameters:
  ///   - left: `[rows, depth]`, rounded to the weight's precision.
  ///   - weight: `[columns, depth]`.
  ///   - bias: `[columns]`.
  ///   - out: `[rows, columns]`.
  public static func transposed(
    _ left: RoundedMatrix, _ weight: PackedWeight, bias: WeightVector? = nil,
    then activation: Activation? = nil, into out: Matrix,
    _ destination: Destination = .overwritten
  ) {
    precondition(left.precision == weight.precision, "factors have one precision")
    precondition(
      left.rows == out.rows && left.columns == weight.columns && out.columns == weight.rows,
      "a product has its left matrix's rows and its right one's columns")
    let kind = activation?.kernel ?? T5K_NONE
    let accumulates: Int32 = destination == .addedTo ? 1 : 0
    switch weight.precision {
    case .bf16:
      t5k_gemm_bf16(
        left.rows, out.columns, left.columns, left.pointer, weight.memory, out.pointer,
        out.columns, bias, kind, accumulates)
    case .int8:
      t5k_gemm_s8(
        left.rows, out.columns, left.columns, left.pointer, weight.memory, out.pointer,
        out.columns, bias, kind, accumulates)
    }
  }
}
