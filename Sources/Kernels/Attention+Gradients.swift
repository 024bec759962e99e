import CKernels

extension Attention {
  /// Where the backward pass of attention adds its gradients.
  public struct Gradients {
    /// By the queries, `[query rows, heads · width]`.
    public let queries: Matrix
    /// By the keys, `[key rows, heads · width]`.
    public let keys: Matrix
    /// By the values, `[key rows, heads · width]`.
    public let values: Matrix
    /// By the bias, as `DistanceBias.values`; nil if there is none, or if nobody asks.
    public let bias: UnsafeMutablePointer<Float>?

    /// Names the matrices.
    public init(
      queries: Matrix, keys: Matrix, values: Matrix, bias: UnsafeMutablePointer<Float>?
    ) {
      self.queries = queries
      self.keys = keys
      self.values = values
      self.bias = bias
    }
  }

  /// Backward of `forward`, a sequence and a head at a time.
  ///
  /// Probabilities are computed again rather than kept: for a text of 500 tokens and 12 heads they
  /// would take 12 MB a layer, and one product of five saves less than it costs to read them back.
  ///
  /// - Parameters:
  ///   - slopes: The gradient by the result, `[query rows, heads · width]`.
  ///   - gradients: Added to.
  public static func backward(
    slopes: Matrix, queries: Matrix, keys: Matrix, values: Matrix, heads: Int, scale: Float,
    layout: AttentionLayout, bias: DistanceBias?, dropout: Dropout? = nil,
    into gradients: Gradients, in workspace: Workspace
  ) {
    let columns = queries.columns
    precondition(heads > 0 && columns.isMultiple(of: heads), "heads share the columns evenly")
    precondition(keys.columns == columns && values.hasShape(of: keys))
    precondition(slopes.hasShape(of: queries) && gradients.queries.hasShape(of: queries))
    precondition(gradients.keys.hasShape(of: keys) && gradients.values.hasShape(of: values))
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == keys.rows)
    let width = columns / heads
    let most = (0..<layout.count).map { layout.queries(of: $0).count * layout.keys(of: $0).count }
    let room = most.max() ?? 0
    let probabilities = workspace.matrix(rows: 1, columns: room)
    let scores = workspace.matrix(rows: 1, columns: room)

    for sequence in 0..<layout.count {
      let queryRows = layout.queries(of: sequence)
      let keyRows = layout.keys(of: sequence)
      let (rows, count) = (queryRows.count, keyRows.count)
      precondition(bias.map { $0.reach + 1 >= count } ?? true, "the bias is too short")
      precondition(layout.direction == .bidirectional || rows <= count)
      for head in 0..<heads {
        // In bounds: rows of the sequence, columns of the head; `room` holds rows · count.
        let place = queryRows.lowerBound * columns + head * width
        let keyPlace = keyRows.lowerBound * columns + head * width
        t5k_gemm_nt(
          rows, count, width, queries.pointer + place, columns, keys.pointer + keyPlace, columns,
          probabilities.pointer, count, nil, 0)
        softmax(
          probabilities, rows: rows, keys: count, scale: scale, position: count - rows, head: head,
          bias: bias, direction: layout.direction, reach: layout.reach, factors: nil)
        t5k_gemm_nt(
          rows, count, width, slopes.pointer + place, columns, values.pointer + keyPlace, columns,
          scores.pointer, count, nil, 0)
        if let dropout = dropout?.part(sequence * heads + head) {
          // The values saw dropped probabilities: those of `values`' gradient, and the slopes, too.
          let dropped = workspace.matrix(rows: rows, columns: count)
          t5k_drop(
            probabilities.pointer, dropped.pointer, rows * count, dropout.seed, 0, dropout.rate)
          t5k_drop(
            scores.pointer, scores.pointer, rows * count, dropout.seed, 0, dropout.rate)
          addTransposed(
            dropped, slopes.pointer + place, gradients.values.pointer + keyPlace, rows, count,
            width, columns)
        } else {
          addTransposed(
            probabilities, slopes.pointer + place, gradients.values.pointer + keyPlace, rows,
            count, width, columns)
        }
        // Of the biased scores first: the bias is added after the scale.
        t5k_softmax_backward_rows(
          probabilities.pointer, scores.pointer, count, rows, count, 1)
        if let bias, let biasGradient = gradients.bias {
          let center = biasGradient + bias.center(ofHead: head) - (count - rows)
          for row in 0..<rows {
            // Key c is c − (count − rows + row) away: from −reach to reach, as checked above.
            let start = center - row
            t5k_add(start, scores.pointer + row * count, start, count)
          }
        }
        if scale != 1 { t5k_scale(scores.pointer, scale, scores.pointer, rows * count) }
        t5k_gemm_nn(
          rows, width, count, scores.pointer, count, keys.pointer + keyPlace, columns,
          gradients.queries.pointer + place, columns, 1)
        addTransposed(
          scores, queries.pointer + place, gradients.keys.pointer + keyPlace, rows, count, width,
          columns)
      }
    }
  }

  /// out += leftᵀ · right for left `[rows, count]`, right `[rows, width]` and out `[count, width]`,
  /// the last two with rows `step` apart.
  private static func addTransposed(
    _ left: Matrix, _ right: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ rows: Int,
    _ count: Int, _ width: Int, _ step: Int
  ) {
    t5k_gemm_tn(count, width, rows, left.pointer, count, right, step, out, step, 1)
  }
}
