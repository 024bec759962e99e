import CKernels

/// Attention of a few queries over a whole text, without projecting that text to keys and values.
///
/// With the keys K = X·W_Kᵀ a head's score is q·(W_K x) = (W_Kᵀ q)·x: the key projection is folded into the
/// query, and the value projection, by the same law, behind the weighted sum of the x. For one
/// query a text of t tokens then costs about t · heads · width instead of t · width². A bias of the
/// keys adds the same to all scores of a head, so softmax removes it; a bias of the values is added
/// to the result, because the weights sum to 1.
public enum FoldedAttention {
  /// Computes attention.
  ///
  /// - Parameters:
  ///   - queries: `[query rows, heads · headWidth]`.
  ///   - context: `[key rows, width]`.
  ///   - keyWeight: `[heads · headWidth, width]`.
  ///   - valueWeight: `[heads · headWidth, width]`.
  ///   - valueBias: `[heads · headWidth]`.
  ///   - layout: Bidirectional.
  ///   - team: Whose threads share the heads; nil: this thread computes them all.
  /// - Returns: `[query rows, heads · headWidth]`.
  public static func forward(
    queries: Matrix, context: Matrix, keyWeight: UnsafePointer<Float>,
    valueWeight: UnsafePointer<Float>, valueBias: WeightVector?, heads: Int, scale: Float,
    layout: AttentionLayout, team: ForkJoinTeam? = nil, in workspace: Workspace
  ) -> Matrix {
    let columns = queries.columns
    precondition(heads > 0 && columns.isMultiple(of: heads), "heads share the columns evenly")
    precondition(layout.direction == .bidirectional)
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == context.rows)
    let headWidth = columns / heads
    let width = context.columns

    let folded = fold(
      queries, keyWeight, width: width, heads: heads, team: team, in: workspace)
    let sums = weightedSums(
      of: context, folded: folded, heads: heads, scale: scale, layout: layout, in: workspace)
    let out = workspace.matrix(rows: queries.rows, columns: columns)
    ForkJoinTeam.share(parts: heads, among: team) { head, _ in
      t5k_gemm_nt(
        queries.rows, headWidth, width, sums.pointer + head * width, heads * width,
        valueWeight + head * headWidth * width, width, out.pointer + head * headWidth, columns,
        valueBias.map { $0 + head * headWidth }, 0)
    }
    return out
  }

  /// Each head's part of a matrix times its part of a weight: of queries and the keys' weight, W_Kᵀ q.
  ///
  /// - Parameters:
  ///   - matrix: `[rows, heads · headWidth]`.
  ///   - weight: `[heads · headWidth, width]`.
  /// - Returns: `[rows · heads, width]`.
  static func fold(
    _ matrix: Matrix, _ weight: UnsafePointer<Float>, width: Int, heads: Int,
    team: ForkJoinTeam? = nil, in workspace: Workspace
  ) -> Matrix {
    let headWidth = matrix.columns / heads
    let folded = workspace.matrix(rows: matrix.rows * heads, columns: width)
    ForkJoinTeam.share(parts: heads, among: team) { head, _ in
      // In bounds: the head's columns of the matrix, its rows of the weight and of `folded`.
      t5k_gemm_nn(
        matrix.rows, width, headWidth, matrix.pointer + head * headWidth, matrix.columns,
        weight + head * headWidth * width, width, folded.pointer + head * width, heads * width, 0)
    }
    return folded
  }

  /// Room for the scores of the largest sequence.
  static func scores(for layout: AttentionLayout, heads: Int, in workspace: Workspace) -> Matrix {
    let most = (0..<layout.count).map { sequence in
      layout.queries(of: sequence).count * heads * layout.keys(of: sequence).count
    }
    return workspace.matrix(rows: 1, columns: most.max() ?? 0)
  }

  /// softmax(folded · contextᵀ · scale) · context, `[query rows · heads, width]`.
  private static func weightedSums(
    of context: Matrix, folded: Matrix, heads: Int, scale: Float, layout: AttentionLayout,
    in workspace: Workspace
  ) -> Matrix {
    let width = context.columns
    let sums = workspace.matrix(rows: folded.rows, columns: width)
    let scores = scores(for: layout, heads: heads, in: workspace)
    for sequence in 0..<layout.count {
      let rows = layout.queries(of: sequence)
      let keys = layout.keys(of: sequence)
      // In bounds: rows of the sequence; `scores` has room for the largest of them.
      let text = context.pointer + keys.lowerBound * width
      let place = rows.lowerBound * heads * width
      let count = rows.count * heads
      t5k_gemm_nt(
        count, keys.count, width, folded.pointer + place, width, text, width, scores.pointer,
        keys.count, nil, 0)
      t5k_softmax_bias_rows(
        scores.pointer, keys.count, count, keys.count, scale, nil, 0, 0, 0, nil)
      t5k_gemm_nn(
        count, width, keys.count, scores.pointer, keys.count, text, width, sums.pointer + place,
        width, 0)
    }
    return sums
  }
}
