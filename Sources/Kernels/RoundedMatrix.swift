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
  ///
  /// - Parameter team: Whose threads share the rows; nil: this thread rounds them all.
  public init(
    _ matrix: Matrix, to precision: ReducedPrecision, team: ForkJoinTeam? = nil,
    in workspace: Workspace
  ) {
    self.precision = precision
    rows = matrix.rows
    columns = matrix.columns
    // Rows take whole lines of 64 bytes.
    let width = Self.rowBytes(columns, precision) / MemoryLayout<Float>.size
    let memory = workspace.matrix(rows: rows, columns: width)
    matrix.forEachPart(of: team) { [columns] place, count in
      let out = memory.pointer + place / max(columns, 1) * width
      switch precision {
      case .bf16: t5k_bf16_rows(matrix.pointer + place, columns, count, columns, out)
      case .int8: Self.rotateAndRound(matrix.pointer + place, count, columns, into: out)
      }
    }
    self.memory = memory
  }

  private static func rotateAndRound(
    _ rows: UnsafePointer<Float>, _ count: Int, _ columns: Int,
    into out: UnsafeMutablePointer<Float>
  ) {
    // Rotated rows of 16 KB are still in the first-level cache when they are rounded.
    let step = max(1, min(count, 4096 / max(columns, 1)))
    let width = rowBytes(columns, .int8) / MemoryLayout<Float>.size
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(step * columns, 1)) { rotated in
      guard let rotated = rotated.baseAddress else { return }
      for first in stride(from: 0, to: count, by: step) {
        let some = min(step, count - first)
        t5k_rotate_rows(rows + first * columns, some, columns, rotated)
        t5k_s8_rows(rotated, some, columns, out + first * width)
      }
    }
  }

  private static func rowBytes(_ columns: Int, _ precision: ReducedPrecision) -> Int {
    switch precision {
    case .bf16: t5k_bf16_row_bytes(columns)
    case .int8: t5k_s8_row_bytes(columns)
    }
  }

  /// Where a row's numbers are.
  fileprivate func pointer(ofRow row: Int) -> UnsafeRawPointer {
    UnsafeRawPointer(memory.pointer + row * memory.columns)
  }
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
  ///   - team: Whose threads share the rows; nil: this thread computes them all.
  public static func transposed(
    _ left: RoundedMatrix, _ weight: PackedWeight, bias: WeightVector? = nil,
    then activation: Activation? = nil, into out: Matrix,
    _ destination: Destination = .overwritten, team: ForkJoinTeam? = nil
  ) {
    precondition(left.precision == weight.precision, "factors have one precision")
    precondition(
      left.rows == out.rows && left.columns == weight.columns && out.columns == weight.rows,
      "a product has its left matrix's rows and its right one's columns")
    let kind = activation?.kernel ?? T5K_NONE
    let accumulates: Int32 = destination == .addedTo ? 1 : 0
    let tiles = (left.rows + rowsOfATile - 1) / rowsOfATile
    let parts = max(min(team?.count ?? 1, tiles), 1)
    let size = (tiles + parts - 1) / parts * rowsOfATile
    ForkJoinTeam.share(parts: parts, among: team) { part, _ in
      let first = min(part * size, left.rows)
      let rows = min(size, left.rows - first)
      // In bounds: a part's rows are rows of both matrices.
      let (input, output) = (left.pointer(ofRow: first), out.pointer + first * out.columns)
      switch weight.precision {
      case .bf16:
        t5k_gemm_bf16(
          rows, out.columns, left.columns, input, weight.memory, output, out.columns, bias, kind,
          accumulates)
      case .int8:
        t5k_gemm_s8(
          rows, out.columns, left.columns, input, weight.memory, output, out.columns, bias, kind,
          accumulates)
      }
    }
  }

  /// The most that a kernel computes at once.
  private static let rowsOfATile = 8
}
