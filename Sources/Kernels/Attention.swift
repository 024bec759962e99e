import CKernels

/// Attention over packed sequences: softmax(Q·Kᵀ · scale + bias) · V, a sequence and a head at a time.
public enum Attention {
  /// Scores are computed for so many query rows at once that they stay in a core's cache.
  private static let scoresAtOnce = 1 << 17
  /// Query rows at once where a query sees few keys: more rows would share fewer of them.
  private static let nearRowsAtOnce = 64

  /// Computes attention.
  ///
  /// - Parameters:
  ///   - queries: `[query rows, heads · width]`.
  ///   - keys: `[key rows, heads · width]`.
  ///   - values: `[key rows, heads · width]`.
  ///   - bias: Reaches as far as the longest sequence of keys, or is nil.
  ///   - dropout: Of the probabilities, in training.
  ///   - isRounded: Whether the factors of both products are rounded to bfloat16; never those of `backward`.
  ///   - team: Whose threads share the heads; nil: this thread computes them all.
  /// - Returns: `[query rows, heads · width]`.
  public static func forward(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, scale: Float,
    layout: AttentionLayout, bias: DistanceBias?, dropout: Dropout? = nil,
    isRounded: Bool = false, team: ForkJoinTeam? = nil, in workspace: Workspace
  ) -> Matrix {
    let columns = queries.columns
    precondition(heads > 0 && columns.isMultiple(of: heads), "heads share the columns evenly")
    precondition(keys.columns == columns && values.hasShape(of: keys))
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == keys.rows)
    // `backward` would drop others of them.
    precondition(layout.reach == nil || dropout == nil, "near keys are not dropped")
    let width = columns / heads
    let out = workspace.matrix(rows: queries.rows, columns: columns)
    let products = (0..<(team?.count ?? 1)).map { _ in
      HeadProducts(
        for: layout, width: width, stride: columns, isRounded: isRounded, in: workspace)
    }

    for sequence in 0..<layout.count {
      let queryRows = layout.queries(of: sequence)
      let keyRows = layout.keys(of: sequence)
      precondition(bias.map { $0.reach + 1 >= keyRows.count } ?? true, "the bias is too short")
      precondition(layout.direction == .bidirectional || queryRows.count <= keyRows.count)
      let block = rowsAtOnce(keys: keyRows.count, reach: layout.reach)
      ForkJoinTeam.share(parts: heads, among: team) { head, thread in
        let products = products[thread]
        let (scores, factors) = (products.scores, products.factors)
        var seenBefore: Range<Int>?
        for start in stride(from: 0, to: queryRows.count, by: block) {
          let rows = min(block, queryRows.count - start)
          let place = (queryRows.lowerBound + start) * columns + head * width
          // The last query stands where the last key does.
          let position = start + keyRows.count - queryRows.count
          let seen = seenKeys(
            from: position, rows: rows, keys: keyRows.count, reach: layout.reach)
          // In bounds: rows of the sequence, columns of the head.
          let keyPlace = (keyRows.lowerBound + seen.lowerBound) * columns + head * width
          if seen != seenBefore {
            products.use(
              keys: keys.pointer + keyPlace, values: values.pointer + keyPlace, count: seen.count)
            seenBefore = seen
          }
          products.multiply(queries.pointer + place, rows: rows)
          softmax(
            scores, rows: rows, keys: seen.count, scale: scale,
            position: position - seen.lowerBound, head: head, bias: bias,
            direction: layout.direction, reach: layout.reach, factors: factors)
          if let dropout = dropout?.part(sequence * heads + head) {
            t5k_drop(
              scores.pointer, scores.pointer, rows * seen.count, dropout.seed,
              UInt32(truncatingIfNeeded: start * keyRows.count), dropout.rate)
          }
          products.weigh(rows: rows, into: out.pointer + place)
          t5k_scale_rows(out.pointer + place, columns, rows, width, factors.pointer)
        }
      }
    }
    return out
  }

  /// The keys that any of some rows sees, as places in their sequence.
  private static func seenKeys(
    from position: Int, rows: Int, keys: Int, reach: Int?
  ) -> Range<Int> {
    guard let reach else { return 0..<keys }
    // A position is a place of the sequence, so that neither sum can overflow once cut to it.
    let near = min(reach, keys)
    return max(position - near, 0)..<min(position + rows + near, keys)
  }

  /// - Parameters:
  ///   - position: The first row's place, counted from the first of these keys.
  ///   - factors: What rows are to be multiplied by later; nil: they are multiplied here.
  static func softmax(
    _ scores: Matrix, rows: Int, keys: Int, scale: Float, position: Int, head: Int,
    bias: DistanceBias?, direction: AttentionLayout.Direction, reach: Int? = nil, factors: Matrix?
  ) {
    if let reach {
      nearSoftmax(
        scores, rows: rows, keys: keys, scale: scale, position: position, head: head, bias: bias,
        direction: direction, reach: min(reach, keys), factors: factors)
      return
    }
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

  /// The softmax of each row over the keys that it sees; the others get 0.
  private static func nearSoftmax(
    _ scores: Matrix, rows: Int, keys: Int, scale: Float, position: Int, head: Int,
    bias: DistanceBias?, direction: AttentionLayout.Direction, reach: Int, factors: Matrix?
  ) {
    for row in 0..<rows {
      let place = position + row
      let start = max(place - reach, 0)
      let end = min(direction == .causal ? place + 1 : place + reach + 1, keys)
      // In bounds: start < end ≤ keys, as a row sees the key at its own place.
      let line = scores.pointer + row * keys
      line.update(repeating: 0, count: start)
      (line + end).update(repeating: 0, count: keys - end)
      let factor = factors.map { $0.pointer + row }
      guard let bias else {
        t5k_softmax_bias_rows(
          line + start, keys, 1, end - start, scale, nil, 0, 0, 1, factor)
        continue
      }
      bias.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        t5k_softmax_bias_rows(
          line + start, keys, 1, end - start, scale,
          base + bias.center(ofHead: head) - place + start, 0, 0, 1, factor)
      }
    }
  }

  static func rowsAtOnce(keys: Int, reach: Int?) -> Int {
    let rows = max(scoresAtOnce / max(keys, 1), 16)
    return reach == nil ? rows : min(rows, nearRowsAtOnce)
  }
}
