import CKernels

/// The two products of attention, Q·Kᵀ and P·V, for one head and some of its query rows at a time, and the memory
/// between them.
///
/// A class because it holds the keys and values in use. One thread at a time.
final class HeadProducts {
  /// `[rows, keys]`, without a gap: Q·Kᵀ, and in its place what softmax makes of it.
  let scores: Matrix
  /// What a row of P·V is to be multiplied by.
  let factors: Matrix
  private let width: Int
  private let stride: Int
  private let rounded: RoundedFactors?
  /// The keys and values in use where they are not rounded.
  private var plain: (keys: UnsafePointer<Float>, values: UnsafePointer<Float>)?
  /// Of the keys in use.
  private var count = 0

  /// Memory for any head of any sequence of a layout.
  ///
  /// - Parameters:
  ///   - width: Columns of a head.
  ///   - stride: From a row to the next, in queries, keys, values and the result.
  ///   - isRounded: Whether all factors are rounded to bfloat16.
  init(
    for layout: AttentionLayout, width: Int, stride: Int, isRounded: Bool,
    in workspace: Workspace
  ) {
    self.width = width
    self.stride = stride
    var most = (scores: 0, rows: 0, keys: 0, probabilityBytes: 0)
    for sequence in 0..<layout.count {
      let keys = layout.keys(of: sequence).count
      let rows = min(
        Attention.rowsAtOnce(keys: keys, reach: layout.reach), layout.queries(of: sequence).count)
      most.scores = max(most.scores, rows * keys)
      most.rows = max(most.rows, rows)
      most.keys = max(most.keys, keys)
      most.probabilityBytes = max(most.probabilityBytes, rows * t5k_bf16_row_bytes(keys))
    }
    scores = workspace.matrix(rows: 1, columns: most.scores)
    factors = workspace.matrix(rows: 1, columns: most.rows)
    rounded =
      isRounded
      ? RoundedFactors(
        queryBytes: most.rows * t5k_bf16_row_bytes(width),
        keyBytes: t5k_packed_bf16_bytes(most.keys, width),
        valueBytes: t5k_packed_bf16_bytes(width, most.keys),
        probabilityBytes: most.probabilityBytes, in: workspace) : nil
  }

  /// Takes the keys and values of the products that follow.
  ///
  /// - Parameters:
  ///   - keys: The head's first column of the first of `count` rows.
  ///   - values: The same of as many.
  func use(keys: UnsafePointer<Float>, values: UnsafePointer<Float>, count: Int) {
    self.count = count
    guard let rounded else {
      plain = (keys, values)
      return
    }
    // In bounds: the layout's sequences have no more keys.
    t5k_pack_bf16(count, width, keys, stride, rounded.keys.pointer)
    t5k_pack_bf16_columns(count, width, values, stride, rounded.values.pointer)
  }

  /// `scores` = Q·Kᵀ.
  ///
  /// - Parameter queries: The head's first column of the first of `rows` rows.
  func multiply(_ queries: UnsafePointer<Float>, rows: Int) {
    // In bounds: the layout's sequences have no more rows.
    if let rounded {
      t5k_bf16_rows(queries, stride, rows, width, rounded.queries.pointer)
      t5k_gemm_bf16(
        rows, count, width, rounded.queries.pointer, rounded.keys.pointer, scores.pointer, count,
        nil, T5K_NONE, 0)
    } else if let plain {
      t5k_gemm_nt(
        rows, count, width, queries, stride, plain.keys, stride, scores.pointer, count, nil, 0)
    }
  }

  /// out = P·V, of the probabilities in `scores`.
  func weigh(rows: Int, into out: UnsafeMutablePointer<Float>) {
    if let rounded {
      t5k_bf16_rows(scores.pointer, count, rows, count, rounded.probabilities.pointer)
      t5k_gemm_bf16(
        rows, width, count, rounded.probabilities.pointer, rounded.values.pointer, out, stride,
        nil, T5K_NONE, 0)
    } else if let plain {
      t5k_gemm_nn(
        rows, width, count, scores.pointer, count, plain.values, stride, out, stride, 0)
    }
  }
}

/// Memory for factors in bfloat16, as their kernels lay them out; a workspace's, whose numbers are no floats.
private final class RoundedFactors {
  let queries: Matrix
  let keys: Matrix
  let values: Matrix
  let probabilities: Matrix

  init(
    queryBytes: Int, keyBytes: Int, valueBytes: Int, probabilityBytes: Int, in workspace: Workspace
  ) {
    // All are whole lines of 64 bytes.
    func memory(_ bytes: Int) -> Matrix {
      workspace.matrix(rows: 1, columns: bytes / MemoryLayout<Float>.size)
    }
    queries = memory(queryBytes)
    keys = memory(keyBytes)
    values = memory(valueBytes)
    probabilities = memory(probabilityBytes)
  }
}
