import CKernels
import Support
import Testing

@Suite("Norms of rows")
struct NormTests {
  struct Rows {
    var x: [Float]
    var residual: [Float]
    var gain: [Float]
    var bias: [Float]
    var linearBias: [Float]
    let count = 5
    let columns: Int

    init(columns: Int) {
      var random = SeededRandom(seed: 11)
      self.columns = columns
      // A mean away from 0, as the residual stream has it.
      x = random.floats(5 * columns, bound: 3).map { $0 + 1 }
      residual = random.floats(5 * columns, bound: 3)
      gain = random.floats(columns, bound: 2)
      bias = random.floats(columns)
      linearBias = random.floats(columns)
    }
  }

  /// A norm's result, by the level's functions, of `count` rows that begin at `x`.
  typealias Norm = (
    t5k_kernels, Rows, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
  ) -> Void

  static var norms: [(String, Norm)] {
    [
      ("rms", { $0.rms_norm($2, $1.gain, 1e-6, $4, $5, $1.columns) }),
      ("layer", { $0.layer_norm($2, $1.gain, $1.bias, 1e-12, $4, $5, $1.columns) }),
      (
        "sum",
        { kernels, rows, x, residual, out, count in
          kernels.add_layer_norm(
            x, residual, rows.linearBias, rows.gain, rows.bias, 1e-12, out, count, rows.columns)
        }
      ),
      (
        "sum without bias",
        { kernels, rows, x, residual, out, count in
          kernels.add_layer_norm(
            x, residual, nil, rows.gain, rows.bias, 1e-12, out, count, rows.columns)
        }
      ),
    ]
  }

  private func run(_ norm: Norm, _ level: Level, _ rows: Rows) -> [Float] {
    var out = [Float](repeating: 9, count: rows.count * rows.columns)
    rows.x.withUnsafeBufferPointer { x in
      rows.residual.withUnsafeBufferPointer { residual in
        out.withUnsafeMutableBufferPointer { out in
          guard let x = x.baseAddress, let residual = residual.baseAddress,
            let out = out.baseAddress
          else { return }
          norm(level.kernels, rows, x, residual, out, rows.count)
        }
      }
    }
    return out
  }

  @Test("each norm matches the reference at every width", arguments: Level.vectors)
  func matchesReference(_ level: Level) {
    for (name, norm) in Self.norms {
      for columns in lengths + [384, 768, 1_024] where columns > 1 {
        let rows = Rows(columns: columns)
        // A few roundings of 6e-8 of values up to about 6, and the sums' own error of about 1e-7. For
        // two columns, one over their difference magnifies the error of the mean.
        let tolerance: Float = columns < 4 ? 1e-5 : 2e-6
        #expect(
          greatestError(run(norm, level, rows), run(norm, .plain, rows)) <= tolerance,
          "\(name) of \(columns) columns")
      }
    }
  }

  @Test("a large common offset does not spoil the variance", arguments: Level.vectors)
  func offset(_ level: Level) {
    var rows = Rows(columns: 512)
    rows.x = rows.x.map { $0 + 1_000 }
    // The mean is exact to 1e-7 of 1,000, hence the difference to 1e-4; the one-pass formula would err
    // by more than 0.1.
    let (_, norm) = Self.norms[1]
    #expect(greatestError(run(norm, level, rows), run(norm, .plain, rows)) <= 5e-4)
  }

  @Test(
    "a row's bits do not depend on its place, its neighbours or its address, or on being in place",
    arguments: Level.vectors)
  func stability(_ level: Level) {
    for (name, norm) in Self.norms {
      for columns in [1, 3, 17, 31, 64, 129, 384] {
        let rows = Rows(columns: columns)
        let together = run(norm, level, rows)
        for row in 0..<rows.count {
          for shift in 0..<4 {
            let range = row * columns..<(row + 1) * columns
            var alone = [Float](repeating: 0, count: shift) + rows.x[range]
            let residual = [Float](repeating: 0, count: shift) + rows.residual[range]
            alone.withUnsafeMutableBufferPointer { alone in
              residual.withUnsafeBufferPointer { residual in
                guard let x = alone.baseAddress, let residual = residual.baseAddress else { return }
                norm(level.kernels, rows, x + shift, residual + shift, x + shift, 1)
              }
            }
            #expect(
              Array(alone[shift...]).bits == Array(together[range]).bits,
              "\(name) of \(columns) columns, row \(row)")
          }
        }
      }
    }
  }

  @Test("a row with NaN or infinity leaves the others alone", arguments: Level.vectors)
  func specials(_ level: Level) {
    for value in [Float.nan, .infinity] {
      for (_, norm) in Self.norms {
        let clean = Rows(columns: 33)
        var spoilt = clean
        spoilt.x[33 + 32] = value
        let cleanOut = run(norm, level, clean)
        let out = run(norm, level, spoilt)
        #expect(Array(out[..<33]).bits == Array(cleanOut[..<33]).bits)
        #expect(Array(out[66...]).bits == Array(cleanOut[66...]).bits)
        #expect(out[33 + 32].isNaN)
      }
    }
  }

  @Test("a row of zeros stays finite", arguments: Level.vectors)
  func zeros(_ level: Level) {
    let zeros = [Float](repeating: 0, count: 20)
    let ones = [Float](repeating: 1, count: 20)
    var out = zeros
    level.kernels.rms_norm(zeros, ones, 1e-6, &out, 1, 20)
    #expect(out == zeros)
    level.kernels.layer_norm(zeros, ones, ones, 1e-12, &out, 1, 20)
    #expect(out == ones)
  }
}
