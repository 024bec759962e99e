import Kernels

/// How far states are from a teacher's, with the gradient by them.
struct StateLoss {
  /// The teacher's, `[rows, width]`.
  let wanted: Matrix
  /// The teacher's row that belongs to a row of the states; −1 where there is none.
  let rows: [Int]

  /// Σ over rows of weight · (1 − cosine), and the same of the relative squared difference.
  ///
  /// - Parameters:
  ///   - states: `[rows.count, width]`.
  ///   - gradient: Of the same shape, row-major; added to.
  /// - Returns: Both sums, unweighted, divided by the number of rows compared.
  func add(
    _ states: Matrix, cosineWeight: Float, squaredWeight: Float, to gradient: inout [Float]
  ) -> (cosine: Double, squared: Double) {
    let width = states.columns
    let compared = rows.count { $0 >= 0 }
    guard compared > 0 else { return (0, 0) }
    let share = 1 / Float(compared)
    var (cosines, squares) = (0.0, 0.0)
    // The teacher's mean square: what differences are relative to.
    var scale: Float = 0
    for row in rows where row >= 0 {
      scale += squaredNorm(wanted.pointer + row * width, width) * share
    }
    gradient.withUnsafeMutableBufferPointer { gradient in
      guard let base = gradient.baseAddress else { return }
      for (index, row) in rows.enumerated() where row >= 0 {
        // In bounds: one row of each, by `rows`.
        let (x, y) = (states.pointer + index * width, wanted.pointer + row * width)
        let out = base + index * width
        let terms = cosine(x, y, width)
        cosines += 1 - Double(terms.value)
        for c in 0..<width {
          out[c] -= cosineWeight * share * (y[c] * terms.across - x[c] * terms.along)
        }
        guard squaredWeight > 0 else { continue }
        let factor = 2 * squaredWeight * share / scale
        var sum: Float = 0
        for c in 0..<width {
          let difference = x[c] - y[c]
          sum += difference * difference
          out[c] += factor * difference
        }
        squares += Double(sum / scale)
      }
    }
    return (cosines * Double(share), squares * Double(share))
  }

  /// Σ over sequences of weight · (1 − cosine of the means over their rows).
  ///
  /// - Parameters:
  ///   - offsets: Of the sequences in `states`.
  ///   - wantedOffsets: Of the sequences in `wanted`.
  /// - Returns: The sum, unweighted, divided by the number of sequences.
  func addPooled(
    _ states: Matrix, offsets: [Int], wantedOffsets: [Int], weight: Float,
    to gradient: inout [Float]
  ) -> Double {
    let width = states.columns
    let count = offsets.count - 1
    guard count > 0 else { return 0 }
    var total = 0.0
    for sequence in 0..<count {
      let mine = offsets[sequence]..<offsets[sequence + 1]
      let theirs = wantedOffsets[sequence]..<wantedOffsets[sequence + 1]
      let x = mean(states, mine)
      let y = mean(wanted, theirs)
      let terms = x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
          guard let x = x.baseAddress, let y = y.baseAddress else { return Cosine.none }
          return cosine(x, y, width)
        }
      }
      total += 1 - Double(terms.value)
      let share = weight / Float(count) / Float(mine.count)
      let step = (0..<width).map { share * (y[$0] * terms.across - x[$0] * terms.along) }
      for row in mine {
        for c in 0..<width { gradient[row * width + c] -= step[c] }
      }
    }
    return total / Double(count)
  }

  private func mean(_ matrix: Matrix, _ rows: Range<Int>) -> [Float] {
    var sum = [Float](repeating: 0, count: matrix.columns)
    for row in rows {
      let start = matrix.pointer + row * matrix.columns
      for c in sum.indices { sum[c] += start[c] }
    }
    return sum.map { $0 / Float(max(rows.count, 1)) }
  }

  /// cos(x, y) and its gradient by x: y · across − x · along.
  private struct Cosine {
    let value, across, along: Float
    static let none = Cosine(value: 0, across: 0, along: 0)
  }

  private func cosine(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ width: Int
  ) -> Cosine {
    let (xx, yy) = (squaredNorm(x, width), squaredNorm(y, width))
    guard xx > 0, yy > 0 else { return .none }
    let across = 1 / (xx * yy).squareRoot()
    var dot: Float = 0
    for c in 0..<width { dot += x[c] * y[c] }
    return Cosine(value: dot * across, across: across, along: dot * across / xx)
  }

  private func squaredNorm(_ x: UnsafePointer<Float>, _ width: Int) -> Float {
    var sum: Float = 0
    for c in 0..<width { sum += x[c] * x[c] }
    return sum
  }
}
