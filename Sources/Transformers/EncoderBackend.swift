public import Kernels

/// A backend that also has the operations of encoders without absolute positions, ModernBERT and
/// DeBERTa.
///
/// A protocol of its own because only inference has them: no training learns these encoders, and what
/// has no derivative cannot be asked of a tape.
public protocol EncoderBackend: Backend {
  /// Rotary positions: in each head, numbers i and i + half of its width are turned as a point by
  /// place · base^(−2i / width).
  ///
  /// - Parameter offsets: Sequence s has the rows `offsets[s] ..< offsets[s + 1]`, at places 0, 1, ….
  /// Source: Su et al. 2021 (arXiv 2104.09864), with the halves of transformers' `rotate_half`.
  mutating func rotate(_ x: Value, heads: Int, base: Float, offsets: [Int]) -> Value

  /// Attention whose scores also depend on distances: softmax((q·k + q·p + k·r) · scale) · v, where p
  /// and r are the rows of two tables at the distance of query and key.
  ///
  /// - Parameters:
  ///   - positionKeys: p, `[table rows, columns]`; nil: no such term.
  ///   - positionQueries: r, `[table rows, columns]`; nil: no such term.
  ///   - rows: The row of each distance.
  ///   - layout: Query r of a sequence stands at its place r.
  /// Source: He et al. 2020 (arXiv 2006.03654), equation 4.
  mutating func attend(
    queries: Value, keys: Value, values: Value, positionKeys: Value?, positionQueries: Value?,
    rows: DistanceRows, heads: Int, scale: Float, layout: AttentionLayout
  ) -> Value

  /// Layer norm of each row, without a bias.
  mutating func layerNorm(_ x: Value, gain: Parameter, epsilon: Float) -> Value

  /// The mean of each sequence's rows, `[sequences, columns]`.
  mutating func mean(of x: Value, offsets: [Int]) -> Value
}

extension InferenceBackend: EncoderBackend {
  /// Rotary positions.
  public mutating func rotate(
    _ x: Matrix, heads: Int, base: Float, offsets: [Int]
  ) -> Matrix {
    let out = copy(of: x)
    Rotation.apply(to: out, heads: heads, base: base, offsets: offsets)
    return out
  }

  /// Attention whose scores also depend on distances.
  public mutating func attend(
    queries: Matrix, keys: Matrix, values: Matrix, positionKeys: Matrix?,
    positionQueries: Matrix?, rows: DistanceRows, heads: Int, scale: Float,
    layout: AttentionLayout
  ) -> Matrix {
    DisentangledAttention.forward(
      queries: queries, keys: keys, values: values, positionKeys: positionKeys,
      positionQueries: positionQueries, rows: rows, heads: heads, scale: scale, layout: layout,
      in: workspace)
  }

  /// Layer norm of each row, without a bias.
  public mutating func layerNorm(_ x: Matrix, gain: Parameter, epsilon: Float) -> Matrix {
    let none = workspace.matrix(rows: 1, columns: x.columns)
    none.pointer.update(repeating: 0, count: none.count)
    let out = workspace.matrix(rows: x.rows, columns: x.columns)
    x.layerNorm(gain: pointer(gain), bias: none.pointer, epsilon: epsilon, into: out)
    return out
  }

  /// The mean of each sequence's rows.
  public mutating func mean(of x: Matrix, offsets: [Int]) -> Matrix {
    precondition(offsets.last == x.rows, "the sequences have all rows")
    let out = workspace.matrix(rows: offsets.count - 1, columns: x.columns)
    for (sequence, (start, end)) in zip(offsets, offsets.dropFirst()).enumerated() {
      // In bounds: a row of `out` for each sequence, and the sequence's rows of `x`.
      let sum = out.pointer + sequence * out.columns
      sum.update(repeating: 0, count: out.columns)
      for row in start..<end {
        VectorSum.add(x.pointer + row * x.columns, to: sum, count: x.columns)
      }
      for column in 0..<out.columns { sum[column] /= Float(end - start) }
    }
    return out
  }
}
