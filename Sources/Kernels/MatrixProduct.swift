import CKernels

/// Products with weights, by the row-stable kernel: an element's bits depend on its row of the left
/// matrix and its row of the right one, and on nothing else.
///
/// OpenBLAS chooses its kernel by the number of rows. Of the row counts 1 to 511, 469 give a row other
/// bits than 512 rows do with 0.3.21's Haswell kernels, for every weight of T5-small, T5-base and
/// MiniLM; with its Cooperlake kernels only products below some 10⁶ multiplications do (one or two rows
/// by 512 × 512, up to 18 in attention). A score would depend on its batch. See gemm.inc for how the
/// two compare in speed: large products are equally fast, small ones faster here.
public enum MatrixProduct {
  /// What happens to the numbers that `out` holds.
  public enum Destination: Sendable {
    case overwritten
    case addedTo
  }

  /// out = left · weightᵀ + bias.
  ///
  /// - Parameters:
  ///   - left: `[rows, depth]`.
  ///   - weight: `[columns, depth]`, row-major, as checkpoints store linear layers.
  ///   - bias: `[columns]`.
  ///   - out: `[rows, columns]`.
  ///   - team: Whose threads share the columns; nil: this thread computes them all.
  public static func transposed(
    _ left: Matrix, _ weight: UnsafePointer<Float>, bias: WeightVector? = nil, into out: Matrix,
    _ destination: Destination = .overwritten, team: ForkJoinTeam? = nil
  ) {
    precondition(left.rows == out.rows, "a product has as many rows as its left matrix")
    // Parts of the columns, not of the rows: the kernel lays the weight out for all rows at once.
    let panels = (out.columns + columnsOfAPanel - 1) / columnsOfAPanel
    let parts = max(min(team?.count ?? 1, panels), 1)
    let size = (panels + parts - 1) / parts * columnsOfAPanel
    ForkJoinTeam.share(parts: parts, among: team) { part, _ in
      let first = min(part * size, out.columns)
      // In bounds: the weight has a row for each column of `out`.
      t5k_gemm_nt(
        left.rows, min(size, out.columns - first), left.columns, left.pointer, left.columns,
        weight + first * left.columns, left.columns, out.pointer + first, out.columns,
        bias.map { $0 + first }, destination == .addedTo ? 1 : 0)
    }
  }

  /// The most that a kernel lays out at once; parts of other sizes would leave it narrow remainders.
  private static let columnsOfAPanel = 48
}
