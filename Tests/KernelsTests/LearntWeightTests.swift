import Kernels
import Support
import Testing

/// The three products of a linear layer in bfloat16, against products of the rounded numbers.
@Suite struct LearntWeightTests {
  private static let tokens = 70
  private static let inputs = 33
  private static let outputs = 50

  /// A number's upper half, to nearest, ties to even.
  private func rounded(_ x: Float) -> Double {
    let bits = x.bitPattern
    return Double(Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000))
  }

  private func matrix(_ rows: Int, _ numbers: [Float], in workspace: Workspace) -> Matrix {
    let out = workspace.matrix(rows: rows, columns: numbers.count / rows)
    out.pointer.update(from: numbers, count: numbers.count)
    return out
  }

  /// Compares with Σ of `depth` products of numbers that `a` and `b` give.
  private func expect(
    _ found: UnsafePointer<Float>, rows: Int, columns: Int, depth: Int,
    _ a: (_ row: Int, _ place: Int) -> Float, _ b: (_ column: Int, _ place: Int) -> Float
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, magnitude) = (0.0, 0.0)
        for place in 0..<depth {
          let product = rounded(a(row, place)) * rounded(b(column, place))
          sum += product
          magnitude += abs(product)
        }
        // Products are exact, sums of at most 70 in single precision.
        #expect(abs(Double(found[row * columns + column]) - sum) <= 2e-6 * magnitude)
      }
    }
  }

  @Test("Forward, input gradient and weight gradient are products of rounded numbers")
  func products() {
    var random = SeededRandom(seed: 81)
    let workspace = Workspace()
    let (tokens, inputs, outputs) = (Self.tokens, Self.inputs, Self.outputs)
    let x = random.floats(tokens * inputs)
    let slopes = random.floats(tokens * outputs)
    let learnt = LearntWeight(rows: outputs, columns: inputs)
    learnt.round(random.floats(outputs * inputs))
    // What is multiplied is what was rounded last.
    let weight = random.floats(outputs * inputs)
    learnt.round(weight)
    let xMatrix = matrix(tokens, x, in: workspace)
    let slopeMatrix = matrix(tokens, slopes, in: workspace)

    let out = workspace.matrix(rows: tokens, columns: outputs)
    MatrixProduct.transposed(
      RoundedMatrix(xMatrix, to: .bf16, in: workspace), learnt.forward, into: out)
    expect(
      out.pointer, rows: tokens, columns: outputs, depth: inputs, { x[$0 * inputs + $1] },
      { weight[$0 * inputs + $1] })

    let gradient = workspace.matrix(rows: tokens, columns: inputs)
    MatrixProduct.transposed(
      RoundedMatrix(slopeMatrix, to: .bf16, in: workspace), learnt.backward, into: gradient)
    expect(
      gradient.pointer, rows: tokens, columns: inputs, depth: outputs,
      { slopes[$0 * outputs + $1] }, { weight[$1 * inputs + $0] })

    let weightGradient = workspace.matrix(rows: outputs, columns: inputs)
    weightGradient.pointer.update(repeating: 0, count: weightGradient.count)
    MatrixProduct.addWeightGradient(
      RoundedColumns(slopeMatrix, in: workspace), RoundedColumns(xMatrix, in: workspace),
      into: weightGradient.pointer)
    expect(
      weightGradient.pointer, rows: outputs, columns: inputs, depth: tokens,
      { slopes[$1 * outputs + $0] }, { x[$1 * inputs + $0] })
  }
}
