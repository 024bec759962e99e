import CKernels
import Support
import Testing

@Suite("Row-stable products")
struct GemmTests {
  /// Which of the products: A·Bᵀ, A·B, or A·B of an A that lies transposed.
  enum Form: CaseIterable { case transposed, straight, leftTransposed }

  /// Row strides beyond the width, and a common shift of all addresses, in floats.
  struct Layout {
    var gap = 0
    var shift = 0
  }

  struct Operands {
    let m: Int
    let n: Int
    let k: Int
    var a: [Float]
    var b: [Float]
    var c: [Float]
    var bias: [Float]

    init(m: Int, n: Int, k: Int, seed: UInt64 = 41) {
      var random = SeededRandom(seed: seed)
      (self.m, self.n, self.k) = (m, n, k)
      a = random.floats(m * k)
      b = random.floats(n * k)
      c = random.floats(m * n)
      bias = random.floats(n)
    }
  }

  /// C, [m, n], from contiguous operands that are first laid out as asked, with −77 in every gap.
  private func product(
    _ level: Level, _ form: Form, _ operands: Operands, layout: Layout = Layout(),
    bias: Bool = false, accumulate: Bool = false
  ) -> [Float] {
    let (m, n, k) = (operands.m, operands.n, operands.k)
    let bColumns = form == .transposed ? k : n
    let isLeftTransposed = form == .leftTransposed
    let aColumns = isLeftTransposed ? m : k
    let a = laidOut(
      isLeftTransposed
        ? (0..<k).flatMap { l in (0..<m).map { operands.a[$0 * k + l] } } : operands.a,
      columns: aColumns, layout)
    let b = laidOut(operands.b, columns: bColumns, layout)
    var c = laidOut(operands.c, columns: n, layout)
    let (lda, ldb, ldc) = (aColumns + layout.gap, bColumns + layout.gap, n + layout.gap)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          let s = layout.shift
          switch form {
          case .transposed:
            level.kernels.gemm_nt(
              m, n, k, a + s, lda, b + s, ldb, c + s, ldc, bias ? operands.bias : nil,
              accumulate ? 1 : 0)
          case .straight:
            level.kernels.gemm_nn(
              m, n, k, a + s, lda, b + s, ldb, c + s, ldc, accumulate ? 1 : 0)
          case .leftTransposed:
            level.kernels.gemm_tn(
              m, n, k, a + s, lda, b + s, ldb, c + s, ldc, accumulate ? 1 : 0)
          }
        }
      }
    }
    #expect(c.prefix(layout.shift).allSatisfy { $0 == -77 })
    let rows = c.dropFirst(layout.shift)
    return (0..<m).flatMap { row in
      let start = rows.startIndex + row * ldc
      #expect(rows[start + n..<start + ldc].allSatisfy { $0 == -77 })
      return rows[start..<start + n]
    }
  }

  private func laidOut(_ matrix: [Float], columns: Int, _ layout: Layout) -> [Float] {
    var out = [Float](repeating: -77, count: layout.shift)
    let rows = columns == 0 ? 0 : matrix.count / columns
    for row in 0..<rows {
      out += matrix[row * columns..<(row + 1) * columns]
      out += [Float](repeating: -77, count: layout.gap)
    }
    // A matrix without columns still has an address, and its gaps.
    return out + [Float](repeating: -77, count: columns == 0 ? 64 * layout.gap + 1 : 0)
  }

  /// Σ |a|·|b| (+ |bias| + |c|) for each element, the measure of its rounding errors.
  private func magnitudes(_ form: Form, _ operands: Operands) -> [Float] {
    var absolute = operands
    absolute.a = operands.a.map(abs)
    absolute.b = operands.b.map(abs)
    absolute.c = operands.c.map(abs)
    absolute.bias = operands.bias.map(abs)
    return product(.plain, form, absolute, bias: true, accumulate: true)
  }

  private func expectClose(_ level: Level, _ form: Form, _ operands: Operands, layout: Layout) {
    let magnitudes = magnitudes(form, operands)
    for (bias, accumulate) in [(false, false), (true, false), (false, true), (true, true)] {
      let found = product(
        level, form, operands, layout: layout, bias: bias, accumulate: accumulate)
      let wanted = product(.plain, form, operands, bias: bias, accumulate: accumulate)
      // 128 roundings of 6e-8 a block would be 8e-6 at worst; being random they cancel to about
      // the root of that. 1e-6 of the magnitudes is ten times what was measured.
      let wrong = zip(zip(found, wanted), magnitudes).contains { pair, magnitude in
        !(abs(pair.0 - pair.1) <= 1e-6 * magnitude)
      }
      #expect(!wrong, "\(form) \(operands.m)×\(operands.n)×\(operands.k), bias \(bias)")
    }
  }

  @Test("all products match the reference at every small size", arguments: Level.vectors)
  func smallSizes(_ level: Level) {
    for form in Form.allCases {
      for m in [0, 1, 2, 5, 6, 7, 8, 9, 25] {
        for n in [0, 1, 3, 4, 8, 15, 16, 17, 33, 47, 48, 49, 65, 97] {
          for k in [0, 1, 2, 7, 16, 17, 64] {
            expectClose(
              level, form, Operands(m: m, n: n, k: k), layout: Layout(gap: m % 4, shift: n % 5))
          }
        }
      }
    }
  }

  @Test("all products match the reference over several blocks of k", arguments: Level.vectors)
  func blocks(_ level: Level) {
    for form in Form.allCases {
      for (m, n, k) in [(3, 50, 127), (31, 50, 128), (33, 31, 129), (9, 100, 384), (2, 16, 1_000)] {
        expectClose(level, form, Operands(m: m, n: n, k: k), layout: Layout(gap: 3, shift: 1))
      }
    }
  }

  @Test(
    "a row's bits do not depend on how many rows there are, which, or where they lie",
    arguments: Level.vectors)
  func rowStability(_ level: Level) {
    for form in Form.allCases {
      for (n, k) in [(1, 33), (20, 40), (64, 128), (100, 300), (17, 513)] {
        let all = Operands(m: 32, n: n, k: k)
        let together = product(level, form, all, bias: true)
        var random = SeededRandom(seed: 42)
        for m in [1, 2, 3, 7, 32] {
          for trial in 0..<6 {
            let rows = Array((0..<32).shuffled(using: &random).prefix(m))
            var some = all
            some = Operands(m: m, n: n, k: k)
            some.a = rows.flatMap { all.a[$0 * k..<($0 + 1) * k] }
            (some.b, some.bias) = (all.b, all.bias)
            let layout = Layout(gap: trial % 3, shift: trial)
            let found = product(level, form, some, layout: layout, bias: true)
            let wanted = rows.flatMap { together[$0 * n..<($0 + 1) * n] }
            #expect(found.bits == wanted.bits, "\(form) \(m) of 32 × \(n) × \(k)")
          }
        }
      }
    }
  }

  @Test("an element's bits do not depend on the other columns", arguments: Level.vectors)
  func columnStability(_ level: Level) {
    let (m, n, k) = (9, 100, 200)
    let all = Operands(m: m, n: n, k: k)
    let together = product(level, .transposed, all)
    for (first, count) in [(0, 1), (5, 17), (48, 48), (99, 1), (1, 99)] {
      var some = Operands(m: m, n: count, k: k)
      some.a = all.a
      some.b = Array(all.b[first * k..<(first + count) * k])
      let wanted = (0..<m).flatMap { together[$0 * n + first..<$0 * n + first + count] }
      #expect(product(level, .transposed, some).bits == wanted.bits)
    }
  }

  @Test("NaN and infinity stay in their own rows and columns", arguments: Level.vectors)
  func specials(_ level: Level) {
    let clean = Operands(m: 10, n: 20, k: 30)
    let cleanOut = product(level, .transposed, clean)
    var spoilt = clean
    spoilt.a[3 * 30 + 29] = .nan
    spoilt.b[7 * 30 + 2] = .infinity
    for (place, value) in product(level, .transposed, spoilt).enumerated() {
      if place / 20 == 3 {
        #expect(value.isNaN)
      } else if place % 20 == 7 {
        #expect(!value.isFinite)
      } else {
        #expect(value.bitPattern == cleanOut[place].bitPattern)
      }
    }
  }
}
