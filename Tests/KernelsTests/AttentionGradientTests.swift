import Kernels
import Support
import Testing

/// The backward pass of attention against differences of its forward pass.
@Suite struct AttentionGradientTests {
  static let heads = 2
  static let width = 3

  @Test(
    "Gradients by queries, keys, values and bias are the rise of Σ attention · slopes",
    arguments: [AttentionLayout.Direction.bidirectional, .causal], [0, 0.3] as [Float])
  func slopes(direction: AttentionLayout.Direction, rate: Float) {
    var random = SeededRandom(seed: 41)
    let workspace = Workspace()
    let layout = AttentionLayout(
      queryOffsets: [0, 2, 5], keyOffsets: [0, 4, 9], direction: direction)
    let columns = Self.heads * Self.width
    let queries = random.matrix(5, columns, in: workspace)
    let keys = random.matrix(9, columns, in: workspace)
    let values = random.matrix(9, columns, in: workspace)
    let slopes = random.matrix(5, columns, in: workspace)
    let reach = 5
    var bias = random.floats(Self.heads * (2 * reach + 1))
    let dropout = rate > 0 ? Dropout(rate: rate, seed: 77) : nil
    func table() -> DistanceBias {
      DistanceBias(heads: Self.heads, reach: reach) { bias[$0 * (2 * reach + 1) + $1 + reach] }
    }
    func loss() -> Double {
      let out = Attention.forward(
        queries: queries, keys: keys, values: values, heads: Self.heads, scale: 0.6,
        layout: layout, bias: table(), dropout: dropout, in: workspace)
      return (0..<out.count).reduce(0) {
        $0 + Double(out.pointer[$1]) * Double(slopes.pointer[$1])
      }
    }
    func zeros(like other: Matrix) -> Matrix {
      let out = workspace.matrix(rows: other.rows, columns: other.columns)
      out.pointer.update(repeating: 0, count: out.count)
      return out
    }
    let gradients = [queries, keys, values].map(zeros)
    var biasGradient = [Float](repeating: 0, count: bias.count)
    biasGradient.withUnsafeMutableBufferPointer { biasGradient in
      Attention.backward(
        slopes: slopes, queries: queries, keys: keys, values: values, heads: Self.heads,
        scale: 0.6, layout: layout, bias: table(), dropout: dropout,
        into: Attention.Gradients(
          queries: gradients[0], keys: gradients[1], values: gradients[2],
          bias: biasGradient.baseAddress), in: workspace)
    }
    let step: Float = 1.0 / 256
    for (matrix, gradient) in zip([queries, keys, values], gradients) {
      for index in 0..<matrix.count {
        let value = matrix.pointer[index]
        matrix.pointer[index] = value + step
        let above = loss()
        matrix.pointer[index] = value - step
        let below = loss()
        matrix.pointer[index] = value
        // The third derivative times step²/6, and rounding over the step.
        #expect(
          abs((above - below) / Double(2 * step) - Double(gradient.pointer[index])) < 5e-4)
      }
    }
    for index in bias.indices {
      let value = bias[index]
      bias[index] = value + step
      let above = loss()
      bias[index] = value - step
      let below = loss()
      bias[index] = value
      #expect(abs((above - below) / Double(2 * step) - Double(biasGradient[index])) < 5e-4)
    }
  }
}
