import CKernels

extension FoldedAttention {
  /// Where the backward pass adds its gradients; nil: nobody asks.
  public struct Gradients {
    /// By the queries, `[query rows, heads · headWidth]`.
    public let queries: Matrix
    /// By the context, `[key rows, width]`.
    public let context: Matrix
    /// By the keys' weight, `[heads · headWidth, width]`.
    public let keyWeight: GradientVector?
    /// By the values' weight, `[heads · headWidth, width]`.
    public let valueWeight: GradientVector?
    /// By the values' bias, `[heads · headWidth]`.
    public let valueBias: GradientVector?

    /// Names the places.
    public init(
      queries: Matrix, context: Matrix, keyWeight: GradientVector?, valueWeight: GradientVector?,
      valueBias: GradientVector?
    ) {
      self.queries = queries
      self.context = context
      self.keyWeight = keyWeight
      self.valueWeight = valueWeight
      self.valueBias = valueBias
    }
  }

  /// Backward of `forward`, which is computed again.
  ///
  /// - Parameters:
  ///   - slopes: The gradient by the result, `[query rows, heads · headWidth]`.
  ///   - gradients: Added to.
  public static func backward(
    slopes: Matrix, queries: Matrix, context: Matrix, keyWeight: UnsafePointer<Float>,
    valueWeight: UnsafePointer<Float>, heads: Int, scale: Float, layout: AttentionLayout,
    into gradients: Gradients, in workspace: Workspace
  ) {
    precondition(slopes.hasShape(of: queries) && gradients.queries.hasShape(of: queries))
    precondition(gradients.context.hasShape(of: context))
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == context.rows)
    let width = context.columns
    // Each [query rows · heads, width], as in `forward`: folded queries, weighted sums, and their slopes.
    let folded = fold(queries, keyWeight, width: width, heads: heads, in: workspace)
    let sums = workspace.matrix(rows: folded.rows, columns: width)
    let foldedSlopes = workspace.matrix(rows: folded.rows, columns: width)
    let sumSlopes = fold(slopes, valueWeight, width: width, heads: heads, in: workspace)
    let probabilities = scores(for: layout, heads: heads, in: workspace)
    let scoreSlopes = scores(for: layout, heads: heads, in: workspace)
    for sequence in 0..<layout.count {
      let keys = layout.keys(of: sequence)
      let count = layout.queries(of: sequence).count * heads
      // In bounds: rows of the sequence; the scores have room for the largest of them.
      let text = context.pointer + keys.lowerBound * width
      let textGradient = gradients.context.pointer + keys.lowerBound * width
      let place = layout.queries(of: sequence).lowerBound * heads * width
      let (p, slopes) = (probabilities.pointer, scoreSlopes.pointer)
      t5k_gemm_nt(
        count, keys.count, width, folded.pointer + place, width, text, width, p, keys.count, nil, 0)
      t5k_softmax_bias_rows(p, keys.count, count, keys.count, scale, nil, 0, 0, 0, nil)
      t5k_gemm_nn(
        count, width, keys.count, p, keys.count, text, width, sums.pointer + place, width, 0)

      // sums = p · text.
      t5k_gemm_nt(
        count, keys.count, width, sumSlopes.pointer + place, width, text, width, slopes,
        keys.count, nil, 0)
      t5k_gemm_tn(
        keys.count, width, count, p, keys.count, sumSlopes.pointer + place, width, textGradient,
        width, 1)
      // p = softmax(folded · textᵀ · scale).
      t5k_softmax_backward_rows(p, slopes, keys.count, count, keys.count, scale)
      t5k_gemm_nn(
        count, width, keys.count, slopes, keys.count, text, width, foldedSlopes.pointer + place,
        width, 0)
      t5k_gemm_tn(
        keys.count, width, count, slopes, keys.count, folded.pointer + place, width, textGradient,
        width, 1)
    }
    unfold(
      foldedSlopes, queries, keyWeight, heads: heads, to: gradients.queries,
      weightGradient: gradients.keyWeight)
    if let valueWeight = gradients.valueWeight {
      addWeightGradient(slopes, sums, heads: heads, to: valueWeight)
    }
    if let valueBias = gradients.valueBias { slopes.addColumnSums(to: valueBias) }
  }

  /// Backward of `fold`.
  private static func unfold(
    _ foldedSlopes: Matrix, _ matrix: Matrix, _ weight: UnsafePointer<Float>, heads: Int,
    to gradient: Matrix, weightGradient: GradientVector?
  ) {
    let width = foldedSlopes.columns
    let headWidth = matrix.columns / heads
    for head in 0..<heads {
      // In bounds: as in `fold`.
      t5k_gemm_nt(
        matrix.rows, headWidth, width, foldedSlopes.pointer + head * width, heads * width,
        weight + head * headWidth * width, width, gradient.pointer + head * headWidth,
        matrix.columns, nil, 1)
    }
    if let weightGradient {
      addWeightGradient(matrix, foldedSlopes, heads: heads, to: weightGradient)
    }
  }

  /// out += each head's columns of the left matrix, `[rows, heads · headWidth]`, transposed, times its
  /// rows of the right one, `[rows · heads, width]`: `[heads · headWidth, width]`.
  private static func addWeightGradient(
    _ left: Matrix, _ right: Matrix, heads: Int, to out: GradientVector
  ) {
    let width = right.columns
    let headWidth = left.columns / heads
    for head in 0..<heads {
      // In bounds: as in `fold`.
      t5k_gemm_tn(
        headWidth, width, left.rows, left.pointer + head * headWidth, left.columns,
        right.pointer + head * width, heads * width, out + head * headWidth * width, width, 1)
    }
  }
}
