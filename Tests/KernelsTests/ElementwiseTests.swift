import CKernels
import Support
import Testing

@Suite("Loops over one number at a time")
struct ElementwiseTests {
  static let kinds = [
    T5K_NONE, T5K_RELU, T5K_GELU_ERF, T5K_GELU_TANH, T5K_SILU, T5K_TANH, T5K_SIGMOID,
  ]

  /// Numbers of all magnitudes that occur, both zeros, and some far out.
  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed)
    let special: [Float] = [0, -0.0, 1e-30, -1e-30, 1e4, -1e4, 1e20, -1e20, 88.7, -88.7, -104, 104]
    return zip(random.floats(count, bound: 12), 0...).map { number, place in
      place % 7 == 3 ? special[(place / 7) % special.count] : number
    }
  }

  @Test("each activation matches the reference at every length", arguments: Level.vectors)
  func activations(_ level: Level) {
    for kind in Self.kinds {
      for length in lengths {
        let x = numbers(length, seed: 1)
        var out = [Float](repeating: 9, count: length + 1)
        var reference = out
        level.kernels.activate(kind, x, &out, length)
        Level.plain.kernels.activate(kind, x, &reference, length)
        // Of the argument, as the bound is stated: 1.3e-7, and the reference's own rounding.
        let worst = zip(x, zip(out, reference)).map { abs($1.0 - $1.1) / max(1, abs($0)) }.max()
        #expect(worst ?? 0 <= 2e-7, "kind \(kind.rawValue), length \(length)")
        #expect(out[length] == 9)
      }
    }
  }

  @Test("an activation in the worst region keeps its error bound", arguments: Level.vectors)
  func denseActivations(_ level: Level) {
    let x = (0..<1_000_000).map { Float($0 - 500_000) * 4e-5 }
    for kind in Self.kinds {
      var out = [Float](repeating: 9, count: x.count)
      var reference = out
      level.kernels.activate(kind, x, &out, x.count)
      Level.plain.kernels.activate(kind, x, &reference, x.count)
      // The bound of the test above; the error grows with the argument, not with the result.
      let worst = zip(x, zip(out, reference)).map { argument, pair in
        abs(pair.0 - pair.1) / max(1, abs(argument))
      }.max()
      #expect(worst ?? .nan <= 2e-7, "kind \(kind.rawValue)")
    }
  }

  @Test("NaN stays NaN, and infinities give the formula's value", arguments: Level.vectors)
  func specials(_ level: Level) {
    for kind in Self.kinds {
      for length in [1, 5, 16, 33] {
        for value in [Float.nan, .infinity, -.infinity] {
          let x = [Float](repeating: value, count: length)
          var out = [Float](repeating: 9, count: length)
          var reference = out
          level.kernels.activate(kind, x, &out, length)
          Level.plain.kernels.activate(kind, x, &reference, length)
          #expect(
            zip(out, reference).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) },
            "kind \(kind.rawValue) of \(value): \(out), not \(reference)")
        }
      }
    }
  }

  @Test("a gate is the activation times the other half, also in place", arguments: Level.vectors)
  func gates(_ level: Level) {
    for kind in Self.kinds {
      for length in lengths {
        let gate = numbers(length, seed: 2).map { min(max($0, -100), 100) }
        let linear = numbers(length, seed: 3).map { min(max($0, -2), 2) }
        var out = [Float](repeating: 9, count: length)
        var reference = out
        level.kernels.gate(kind, gate, linear, &out, length)
        Level.plain.kernels.gate(kind, gate, linear, &reference, length)
        // 2e-7 of the gate, and the rounding of the product, times |linear| ≤ 2.
        let worst = zip(gate, zip(out, reference)).map { abs($1.0 - $1.1) / max(1, abs($0)) }.max()
        #expect(worst ?? 0 <= 5e-7)

        var inPlace = gate
        inPlace.withUnsafeMutableBufferPointer { buffer in
          level.kernels.gate(kind, buffer.baseAddress, linear, buffer.baseAddress, length)
        }
        #expect(inPlace.bits == out.bits)
        inPlace = linear
        inPlace.withUnsafeMutableBufferPointer { buffer in
          level.kernels.gate(kind, gate, buffer.baseAddress, buffer.baseAddress, length)
        }
        #expect(inPlace.bits == out.bits)
      }
    }
  }

  @Test("a row's bias is added before the activation, also in place", arguments: Level.vectors)
  func biases(_ level: Level) {
    for kind in Self.kinds {
      for columns in lengths where columns > 0 {
        let rows = 3
        let x = numbers(rows * columns, seed: 4).map { min(max($0, -100), 100) }
        let bias = numbers(columns, seed: 5).map { min(max($0, -2), 2) }
        var out = [Float](repeating: 9, count: rows * columns)
        var reference = out
        level.kernels.bias_activate(kind, x, bias, &out, rows, columns)
        Level.plain.kernels.bias_activate(kind, x, bias, &reference, rows, columns)
        // Rounding the sum first costs half a unit of it, 6e-8, times the slope of at most 1.13.
        let worst = zip(x, zip(out, reference)).map { abs($1.0 - $1.1) / max(1, abs($0) + 2) }.max()
        #expect(worst ?? 0 <= 3e-7)
        var inPlace = x
        inPlace.withUnsafeMutableBufferPointer { buffer in
          level.kernels.bias_activate(
            kind, buffer.baseAddress, bias, buffer.baseAddress, rows, columns)
        }
        #expect(inPlace.bits == out.bits)
      }
    }
  }

  @Test("sums and products are the correctly rounded ones", arguments: Level.vectors)
  func arithmetic(_ level: Level) {
    for length in lengths {
      let a = numbers(length, seed: 6)
      let b = numbers(length, seed: 7)
      var out = [Float](repeating: 9, count: length)
      level.kernels.add(a, b, &out, length)
      #expect(out.bits == zip(a, b).map(+).bits)
      level.kernels.scale(a, 0.3, &out, length)
      #expect(out.bits == a.map { $0 * 0.3 }.bits)
    }
  }

  @Test(
    "rows are scaled by their factors, and what lies between rows stays", arguments: Level.vectors)
  func scaledRows(_ level: Level) {
    let factors: [Float] = [0.5, -2, 0]
    for columns in lengths {
      let ld = columns + 3
      let x = numbers(factors.count * ld, seed: 8)
      var out = x
      level.kernels.scale_rows(&out, ld, factors.count, columns, factors)
      let wanted = x.indices.map { i in i % ld < columns ? x[i] * factors[i / ld] : x[i] }
      #expect(out.bits == wanted.bits)
    }
  }

  @Test("gathered rows are the table's")
  func gathers() {
    let table = numbers(5 * 7, seed: 9)
    let rows: [Int32] = [4, 0, 0, 3]
    var out = [Float](repeating: 9, count: rows.count * 7)
    t5k_gather_rows(table, 7, rows, rows.count, &out)
    #expect(out == rows.flatMap { table[Int($0) * 7..<Int($0) * 7 + 7] })
  }
}
