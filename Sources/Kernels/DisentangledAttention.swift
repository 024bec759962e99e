import CKernels

/// The row of a table of positions for each distance, query − key.
public struct DistanceRows: Sendable, Hashable {
  /// Distances from −reach to reach are covered.
  public let reach: Int
  fileprivate let rows: [Int]

  /// The rows of distances up to `reach` either way.
  ///
  /// - Parameter row: Of a distance, query − key; it does not fall where the distance grows.
  public init(reach: Int, row: (_ distance: Int) -> Int) {
    self.reach = reach
    rows = (-reach...reach).map(row)
    precondition(zip(rows, rows.dropFirst()).allSatisfy { $0 <= $1 }, "rows do not fall")
  }

  /// The row of a distance.
  public subscript(distance: Int) -> Int { rows[distance + reach] }
}

/// DeBERTa's attention: scores of the texts, of the text and the distance, and of the distance and the
/// text, a sequence and a head at a time.
public enum DisentangledAttention {
  /// Computes attention: softmax((q·k + q·p + k·r) · scale) · v.
  ///
  /// - Parameters:
  ///   - queries: `[query rows, heads · width]`; query r of a sequence stands at its place r.
  ///   - keys: `[key rows, heads · width]`.
  ///   - values: `[key rows, heads · width]`.
  ///   - positionKeys: p by distance, `[table rows, heads · width]`; nil: no such term.
  ///   - positionQueries: r by distance, `[table rows, heads · width]`; nil: no such term.
  ///   - rows: The row of each distance; reaches as far as the longest sequence.
  /// - Returns: `[query rows, heads · width]`.
  public static func forward(
    queries: Matrix, keys: Matrix, values: Matrix, positionKeys: Matrix?, positionQueries: Matrix?,
    rows: DistanceRows, heads: Int, scale: Float, layout: AttentionLayout, in workspace: Workspace
  ) -> Matrix {
    let columns = queries.columns
    precondition(heads > 0 && columns.isMultiple(of: heads), "heads share the columns evenly")
    precondition(keys.columns == columns && values.hasShape(of: keys))
    precondition(layout.queryOffsets.last == queries.rows && layout.keyOffsets.last == keys.rows)
    let width = columns / heads
    let out = workspace.matrix(rows: queries.rows, columns: columns)

    for sequence in 0..<layout.count {
      let queryRows = layout.queries(of: sequence)
      let keyRows = layout.keys(of: sequence)
      let (count, keyCount) = (queryRows.count, keyRows.count)
      guard count > 0 else { continue }
      precondition(count <= keyCount && keyCount <= rows.reach + 1, "the distances are too few")
      // Only the rows that a distance of this sequence has are multiplied.
      let first = rows[1 - keyCount]
      let span = rows[count - 1] - first + 1
      for table in [positionKeys, positionQueries] {
        precondition(
          table.map { $0.columns == columns && first >= 0 && first + span <= $0.rows } ?? true,
          "each distance has a row of the table")
      }
      let scores = workspace.matrix(rows: count, columns: keyCount)
      let byQuery = workspace.matrix(rows: count, columns: span)
      let byKey = workspace.matrix(rows: keyCount, columns: span)
      for head in 0..<heads {
        // In bounds: rows of the sequence or of its distances, columns of the head.
        let place = queryRows.lowerBound * columns + head * width
        let keyPlace = keyRows.lowerBound * columns + head * width
        let tablePlace = first * columns + head * width
        let query = queries.pointer + place
        let key = keys.pointer + keyPlace
        t5k_gemm_nt(
          count, keyCount, width, query, columns, key, columns, scores.pointer, keyCount, nil, 0)
        if let positionKeys {
          t5k_gemm_nt(
            count, span, width, query, columns, positionKeys.pointer + tablePlace, columns,
            byQuery.pointer, span, nil, 0)
          addTerm(to: scores, rows: rows, first: first) { row, _, place in
            byQuery.pointer[row * span + place]
          }
        }
        if let positionQueries {
          t5k_gemm_nt(
            keyCount, span, width, key, columns, positionQueries.pointer + tablePlace, columns,
            byKey.pointer, span, nil, 0)
          addTerm(to: scores, rows: rows, first: first) { _, key, place in
            byKey.pointer[key * span + place]
          }
        }
        Attention.softmax(
          scores, rows: count, keys: keyCount, scale: scale, position: 0, head: head, bias: nil,
          direction: .bidirectional, factors: nil)
        t5k_gemm_nn(
          count, width, keyCount, scores.pointer, keyCount, values.pointer + keyPlace, columns,
          out.pointer + place, columns, 0)
      }
    }
    return out
  }

  /// Adds to each score what a term has for its query, its key, and its distance's place in the table.
  @inline(__always)
  private static func addTerm(
    to scores: Matrix, rows: DistanceRows, first: Int,
    _ term: (_ query: Int, _ key: Int, _ place: Int) -> Float
  ) {
    rows.rows.withUnsafeBufferPointer { places in
      for query in 0..<scores.rows {
        let line = scores.pointer + query * scores.columns
        // In bounds: the distances of a sequence reach no farther than `rows`, as checked above.
        for key in 0..<scores.columns {
          line[key] += term(query, key, places[rows.reach + query - key] - first)
        }
      }
    }
  }
}
