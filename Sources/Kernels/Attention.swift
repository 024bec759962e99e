import CKernels

/// Attention over packed sequences: softmax(Q·Kᵀ · scale + bias) · V, a sequence and a head at a time.
public enum Attention {
  /// Scores are computed for so many query rows at once that they stay in a core's cache.
  private static let scoresAtOnce = 1 << 17

  /// Computes attention.
  ///
  /// - Parameters:
  ///   - queries: `[query rows, heads · width]`.
  ///   - keys: `[key rows, heads · width]`.
  ///   - values: `[key rows, heads · width]`.
  ///   - bias: Reaches as far as the longest sequence of keys, or is nil.
  ///   - dropout: Of the probabilities, in training.
  /// - Returns: `[query rows, heads · width]`.
  public static func forward(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, scale: Float,
    layout: AttentionLayout, bias: DistanceBias?, dropout: Dropout? = nil,
    in workspace: Workspace
  ) -> Matrix {
    let columns = queries.columns
    precondition(heads > 0 && columns.isMultiple(of: heads), "heads share the columns evenly")
    precondition(keys.columns == columns && values.hasShape(of: keys))
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == keys.rows)
    let width = columns / heads
    let out = workspace.matrix(rows: queries.rows, columns: columns)
    let (scores, factors) = scratch(for: layout, in: workspace)

    for sequence in 0..<layout.count {
      let queryRows = layout.queries(of: sequence)
      let keyRows = layout.keys(of: sequence)
      precondition(bias.map { $0.reach + 1 >= keyRows.count } ?? true, "the bias is too short")
      precondition(layout.direction == .bidirectional || queryRows.count <= keyRows.count)
      let block = rowsAtOnce(keys: keyRows.count)
      for head in 0..<heads {
        // In bounds: rows of the sequence, columns of the head.
        let key = keys.pointer + keyRows.lowerBound * columns + head * width
        let value = values.pointer + keyRows.lowerBound * columns + head * width
        for start in stride(from: 0, to: queryRows.count, by: block) {
          let rows = min(block, queryRows.count - start)
          let place = (queryRows.lowerBound + start) * columns + head * width
          t5k_gemm_nt(
            rows, keyRows.count, width, queries.pointer + place, columns, key, columns,
            scores.pointer, keyRows.count, nil, 0)
          // The last query stands where the last key does.
          let position = start + keyRows.count - queryRows.count
          softmax(
            scores, rows: rows, keys: keyRows.count, scale: scale, position: position, head: head,
            bias: bias, direction: layout.direction, factors: factors)
          if let dropout = dropout?.part(sequence * heads + head) {
            t5k_drop(
              scores.pointer, scores.pointer, rows * keyRows.count, dropout.seed,
              UInt32(truncatingIfNeeded: start * keyRows.count), dropout.rate)
          }
          t5k_gemm_nn(
            rows, width, keyRows.count, scores.pointer, keyRows.count, value, columns,
            out.pointer + place, columns, 0)
          t5k_scale_rows(out.pointer + place, columns, rows, width, factors.pointer)
        }
      }
    }
    return out
  }

  /// - Parameter factors: What rows are to be multiplied by later; nil: they are multiplied here.
  static func softmax(
    _ scores: Matrix, rows: Int, keys: Int, scale: Float, position: Int, head: Int,
    bias: DistanceBias?, direction: AttentionLayout.Direction, factors: Matrix?
  ) {
    let visible = direction == .causal ? position + 1 : 0
    guard let bias else {
      t5k_softmax_bias_rows(
        scores.pointer, keys, rows, keys, scale, nil, 0, visible, 1, factors?.pointer)
      return
    }
    bias.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      // Row r and key c are c − (position + r) apart: from −reach to reach, as checked above.
      t5k_softmax_bias_rows(
        scores.pointer, keys, rows, keys, scale, base + bias.center(ofHead: head) - position, -1,
        visible, 1, factors?.pointer)
    }
  }

  static func rowsAtOnce(keys: Int) -> Int { max(scoresAtOnce / max(keys, 1), 16) }

  /// Room for a block of scores, and for a factor a row.
  private static func scratch(
    for layout: AttentionLayout, in workspace: Workspace
  ) -> (scores: Matrix, factors: Matrix) {
    var count = 0
    var rows = 0
    for sequence in 0..<layout.count {
      let keys = layout.keys(of: sequence).count
      let block = min(rowsAtOnce(keys: keys), layout.queries(of: sequence).count)
      count = max(count, block * keys)
      rows = max(rows, block)
    }
    return (workspace.matrix(rows: 1, columns: count), workspace.matrix(rows: 1, columns: rows))
  }
}
