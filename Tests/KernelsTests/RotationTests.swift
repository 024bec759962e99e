import CKernels
import Kernels
import Support
import Testing

@Suite("Rotation of rows before they are rounded to bytes")
struct RotationTests {
  private static let levels = [Level.plain] + Level.vectors

  private func rotated(_ level: Level, _ x: [Float], columns: Int) -> [Float] {
    var out = [Float](repeating: 77, count: x.count + 1)
    level.kernels.rotate_rows(x, columns == 0 ? 0 : x.count / columns, columns, &out)
    #expect(out.last == 77)
    return Array(out.dropLast())
  }

  private func dot(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test("levels agree to the bit", arguments: Level.vectors)
  func sameBits(_ level: Level) {
    var random = SeededRandom(seed: 81)
    for columns in lengths + [384, 704] {
      let x = random.floats(3 * columns)
      #expect(rotated(level, x, columns: columns).bits == rotated(.plain, x, columns: columns).bits)
    }
  }

  @Test("is its own inverse, also in place, and keeps products", arguments: levels)
  func orthogonal(_ level: Level) {
    var random = SeededRandom(seed: 82)
    for columns in [1, 63, 64, 65, 200, 384] {
      let x = random.floats(4 * columns)
      var y = rotated(level, x, columns: columns)
      for (a, b) in [(0, 1), (2, 2), (1, 3)] {
        func rows(_ values: [Float]) -> (ArraySlice<Float>, ArraySlice<Float>) {
          (
            values[a * columns..<(a + 1) * columns], values[b * columns..<(b + 1) * columns]
          )
        }
        let (first, second) = (rows(x), rows(y))
        // Seven roundings a number, of numbers of about 1.
        #expect(
          abs(dot(first.0, first.1) - dot(second.0, second.1)) < 1e-6 * Double(columns))
      }
      if columns >= 64 { #expect(y.bits != x.bits) }
      // What is left of whole blocks stays.
      #expect((0..<4 * columns).allSatisfy { $0 % columns < columns / 64 * 64 || y[$0] == x[$0] })
      level.kernels.rotate_rows(y, 4, columns, &y)
      #expect(greatestError(y, x) < 1e-6)
    }
  }

  @Test("makes one large number many small ones, and so a constant", arguments: levels)
  func spreading(_ level: Level) {
    var x = [Float](repeating: 0, count: 128)
    x[70] = 8
    let y = rotated(level, x, columns: 128)
    #expect(y[..<64].allSatisfy { $0 == 0 } && y[64...].allSatisfy { abs($0) == 1 })
    let constant = rotated(level, [Float](repeating: 3, count: 64), columns: 64)
    #expect(constant.allSatisfy { abs($0) == 3 })
  }

  @Test("lets a product in bytes bear an input with a few large columns")
  func products() {
    var random = SeededRandom(seed: 83)
    let (rows, columns, depth) = (20, 30, 256)
    let workspace = Workspace()
    let x = workspace.matrix(rows: rows, columns: depth)
    for place in 0..<x.count {
      // LayerNorm's outputs have such columns.
      let factor: Float = place % depth == 5 ? 30 : 1
      x.pointer[place] = factor * random.floats(1)[0]
    }
    let weight = random.floats(columns * depth)
    let packed = PackedWeight(.int8, rows: columns, columns: depth, numbers: weight)
    let out = workspace.matrix(rows: rows, columns: columns)
    MatrixProduct.transposed(RoundedMatrix(x, to: .int8, in: workspace), packed, into: out)
    let exact = workspace.matrix(rows: rows, columns: columns)
    weight.withUnsafeBufferPointer { weight in
      guard let weight = weight.baseAddress else { return }
      MatrixProduct.transposed(x, weight, into: exact)
    }
    var (error, size) = (0.0, 0.0)
    for place in 0..<out.count {
      let difference = Double(out.pointer[place] - exact.pointer[place])
      error += difference * difference
      size += Double(exact.pointer[place]) * Double(exact.pointer[place])
    }
    // Expected are 3e-5 by the inputs' rounding and 5e-5 by the weight's; without the rotation 3e-4.
    #expect(error > 0 && error < 1.5e-4 * size)
  }
}
