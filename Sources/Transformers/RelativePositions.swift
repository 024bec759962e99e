package import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// T5's learned position bias: a number for each head and bucket of distances.
public struct RelativePositions: Sendable, Hashable {
  /// `[buckets, heads]`.
  public let table: Parameter
  let direction: AttentionLayout.Direction
  let maximumDistance: Int

  /// The bucket of a distance, key position − query position.
  ///
  /// Half of the buckets (of each direction, where there are two) hold one distance each; the others
  /// grow logarithmically up to `maximumDistance`, and the last holds whatever is farther.
  /// Computed in 32-bit floats as the reference does: at a bucket's edge the rounding decides.
  ///
  /// Source: Raffel et al. 2020 (arXiv 1910.10683), §2.1; `_relative_position_bucket` of
  /// transformers' modeling_t5.py.
  public func bucket(of distance: Int) -> Int {
    var buckets = table.rows
    var first = 0
    let length: Int
    switch direction {
    case .bidirectional:
      buckets /= 2
      if distance > 0 { first = buckets }
      length = abs(distance)
    case .causal:
      length = max(-distance, 0)
    }
    let exact = buckets / 2
    guard length >= exact, exact > 0 else { return first + min(length, max(buckets - 1, 0)) }
    let ratio =
      logf(Float(length) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
    let logarithmic = (ratio * Float(buckets - exact)).rounded(.towardZero)
    // Far beyond the maximum distance, and for a degenerate table, whatever comes out is the last.
    let beyond = logarithmic < Float(buckets) ? Int(logarithmic) : buckets
    return first + min(exact + max(beyond, 0), buckets - 1)
  }

  /// The bias for distances up to `reach` either way.
  ///
  /// - Parameter values: Of `table`, `[buckets, heads]`.
  package func bias(reach: Int, values: UnsafePointer<Float>) -> DistanceBias {
    let buckets = (-reach...reach).map(bucket(of:))
    return DistanceBias(heads: table.columns, reach: reach) { head, distance in
      values[buckets[distance + reach] * table.columns + head]
    }
  }

  /// Adds the gradient by the bias of each distance to that by the table: backward of `bias`.
  ///
  /// - Parameters:
  ///   - byDistance: Laid out as `DistanceBias.values`.
  ///   - table: `[buckets, heads]`.
  package func addGradient(
    of bias: DistanceBias, byDistance: UnsafePointer<Float>, to table: UnsafeMutablePointer<Float>
  ) {
    let distances = 2 * bias.reach + 1
    for (index, distance) in (-bias.reach...bias.reach).enumerated() {
      let row = table + bucket(of: distance) * self.table.columns
      for head in 0..<self.table.columns { row[head] += byDistance[head * distances + index] }
    }
  }
}
