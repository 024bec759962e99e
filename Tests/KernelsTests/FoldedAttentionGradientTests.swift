import Kernels
import Support
import Testing

/// The backward pass of folded attention against that of attention over projected keys and values.
@Suite struct FoldedAttentionGradientTests {
  private static let heads = 3
  private static let headWidth = 4
  private static let width = 10
  private static let layout = AttentionLayout(queryOffsets: [0, 2, 3], keyOffsets: [0, 7, 12])

  @Test("Gradients equal those of attention over keys and values")
  func gradients() {
    var random = SeededRandom(seed: 91)
    let workspace = Workspace()
    let inner = Self.heads * Self.headWidth
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      let out = workspace.matrix(rows: rows, columns: columns)
      out.pointer.update(from: random.floats(rows * columns), count: rows * columns)
      return out
    }
    func zeros(like other: Matrix) -> Matrix {
      let out = workspace.matrix(rows: other.rows, columns: other.columns)
      out.pointer.update(repeating: 0, count: out.count)
      return out
    }
    let (queries, slopes, context) = (matrix(3, inner), matrix(3, inner), matrix(12, Self.width))
    let (keyWeight, valueWeight) = (matrix(inner, Self.width), matrix(inner, Self.width))
    let valueBias = matrix(1, inner)
    let found = [queries, context, keyWeight, valueWeight, valueBias].map(zeros)
    FoldedAttention.backward(
      slopes: slopes, queries: queries, context: context, keyWeight: keyWeight.pointer,
      valueWeight: valueWeight.pointer, heads: Self.heads, scale: 0.6, layout: Self.layout,
      into: FoldedAttention.Gradients(
        queries: found[0], context: found[1], keyWeight: found[2].pointer,
        valueWeight: found[3].pointer, valueBias: found[4].pointer), in: workspace)

    let keys = workspace.matrix(rows: 12, columns: inner)
    let values = workspace.matrix(rows: 12, columns: inner)
    MatrixProduct.transposed(context, keyWeight.pointer, into: keys)
    MatrixProduct.transposed(context, valueWeight.pointer, bias: valueBias.pointer, into: values)
    let (keySlopes, valueSlopes) = (zeros(like: keys), zeros(like: values))
    let wanted = [queries, context, keyWeight, valueWeight, valueBias].map(zeros)
    Attention.backward(
      slopes: slopes, queries: queries, keys: keys, values: values, heads: Self.heads, scale: 0.6,
      layout: Self.layout, bias: nil,
      into: Attention.Gradients(
        queries: wanted[0], keys: keySlopes, values: valueSlopes, bias: nil), in: workspace)
    MatrixProduct.backward(keySlopes, keyWeight.pointer, into: wanted[1])
    MatrixProduct.backward(valueSlopes, valueWeight.pointer, into: wanted[1], .addedTo)
    MatrixProduct.addWeightGradient(keySlopes, context, into: wanted[2].pointer)
    MatrixProduct.addWeightGradient(valueSlopes, context, into: wanted[3].pointer)
    valueSlopes.addColumnSums(to: wanted[4].pointer)

    for (found, wanted) in zip(found, wanted) {
      for place in 0..<found.count {
        // Sums of some dozens of numbers about 1 in another order.
        #expect(abs(found.pointer[place] - wanted.pointer[place]) < 1e-5)
      }
    }
  }
}
