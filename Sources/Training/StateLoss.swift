package import Kernels

/// How far states are from a teacher's, with the gradient by them.
package struct StateLoss {
  /// The teacher's, `[rows, width]`.
  let wanted: Matrix
  /// The teacher's row that belongs to a row of the states; −1 where there is none.
  let rows: [Int]
  let weights: TaskRecipe.StateWeights

  package init(wanted: Matrix, rows: [Int], weights: TaskRecipe.StateWeights) {
    self.wanted = wanted
    self.rows = rows
    self.weights = weights
  }

  /// All that is compared of a text's last states: each token's, and their means.
  ///
  /// - Parameters:
  ///   - text: Its rows of `states`.
  ///   - wantedText: Its rows of `wanted`.
  ///   - weight: What the text's loss counts.
  /// - Returns: The loss, unweighted, and 1 − cosine of the tokens alone.
  package func addText(
    _ states: Matrix, _ text: Range<Int>, wantedText: Range<Int>, weight: Float,
    to gradient: inout [Float]
  ) -> (loss: Double, cosine: Double) {
    let (loss, cosine) = add(
      states, text, weight: weight, to: &gradient)
    let pooled = addPooled(
      states, text, wantedText: wantedText, weight: weight * Float(weights.meanCosine),
      to: &gradient)
    return (loss + weights.meanCosine * pooled, cosine)
  }

  /// What is compared of each token of a text: 1 − cosine, and the relative squared difference.
  ///
  /// - Parameters:
  ///   - states: `[rows.count, width]`.
  ///   - text: Its rows.
  ///   - weight: What the loss counts.
  ///   - gradient: Of the shape of `states`, row-major; added to.
  /// - Returns: The loss, unweighted, and the mean of 1 − cosine alone.
  func add(
    _ states: Matrix, _ text: Range<Int>, weight: Float, to gradient: inout [Float]
  ) -> (loss: Double, cosine: Double) {
    let cosineWeight = weight * Float(weights.cosine)
    let squaredWeight = weight * Float(weights.squared)
    let width = states.columns
    let compared = text.count { rows[$0] >= 0 }
    guard compared > 0 else { return (0, 0) }
    let share = 1 / Float(compared)
    var (cosines, squares) = (0.0, 0.0)
    // The teacher's mean square: what differences are relative to.
    var scale: Float = 0
    for index in text where rows[index] >= 0 {
      scale += squaredNorm(wanted.pointer + rows[index] * width, width) * share
    }
    gradient.withUnsafeMutableBufferPointer { gradient in
      guard let base = gradient.baseAddress else { return }
      for index in text where rows[index] >= 0 {
        let row = rows[index]
        // In bounds: one row of each, by `rows`.
        let (x, y) = (states.pointer + index * width, wanted.pointer + row * width)
        let out = base + index * width
        let terms = cosine(x, y, width)
        cosines += 1 - Double(terms.value)
        for c in 0..<width {
          out[c] -= cosineWeight * share * (y[c] * terms.across - x[c] * terms.along)
        }
        guard weights.squared > 0, scale > 0 else { continue }
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
    let loss = weights.cosine * cosines + weights.squared * squares
    return (loss * Double(share), cosines * Double(share))
  }

  /// 1 − cosine of the means over a text's rows.
  private func addPooled(
    _ states: Matrix, _ text: Range<Int>, wantedText: Range<Int>, weight: Float,
    to gradient: inout [Float]
  ) -> Double {
    guard !text.isEmpty else { return 0 }
    let width = states.columns
    let (x, y) = (mean(states, text), mean(wanted, wantedText))
    let terms = x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return Cosine.none }
        return cosine(x, y, width)
      }
    }
    let share = weight / Float(text.count)
    let step = (0..<width).map { share * (y[$0] * terms.across - x[$0] * terms.along) }
    for row in text {
      for c in 0..<width { gradient[row * width + c] -= step[c] }
    }
    return 1 - Double(terms.value)
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
