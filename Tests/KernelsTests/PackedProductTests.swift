import CKernels
import Support
import Testing

/// Products of two operands in bfloat16 that are both laid out beforehand.
@Suite struct PackedProductTests {
  private func packed(_ level: Level, _ b: [Float], n: Int, k: Int) -> [UInt8] {
    var out = [UInt8](repeating: 0xA5, count: t5k_packed_bf16_bytes(n, k) + 1)
    level.kernels.pack_bf16(n, k, b, k, &out)
    #expect(out.last == 0xA5)
    return out
  }

  /// Of the B, [n, k], whose transpose is `x`.
  private func packedColumns(_ level: Level, _ x: [Float], n: Int, k: Int) -> [UInt8] {
    var out = [UInt8](repeating: 0xA5, count: t5k_packed_bf16_bytes(n, k) + 1)
    level.kernels.pack_bf16_columns(k, n, x, n, &out)
    #expect(out.last == 0xA5)
    return out
  }

  private func transpose(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
  }

  @Test("Every level lays rows and columns out as the reference does", arguments: Level.vectors)
  func layouts(_ level: Level) {
    var random = SeededRandom(seed: 71)
    for n in [0, 1, 3, 15, 16, 17, 64, 70, 130] {
      for k in [0, 1, 2, 7, 31, 32, 33, 255, 256, 257, 600] {
        var b = random.floats(n * k)
        if b.count > 5 { b.replaceSubrange(2..<5, with: [.nan, .infinity, -0.0]) }
        let wanted = packed(.plain, b, n: n, k: k)
        #expect(packed(level, b, n: n, k: k) == wanted, "rows, \(n) × \(k)")
        let columns = transpose(b, rows: n, columns: k)
        #expect(packedColumns(level, columns, n: n, k: k) == wanted, "columns, \(n) × \(k)")
      }
    }
  }

  @Test("Rows that lie apart are laid out as those that do not", arguments: Level.vectors)
  func gaps(_ level: Level) {
    var random = SeededRandom(seed: 74)
    let (n, k, gap) = (19, 37, 5)
    let b = random.floats(n * k)
    let apart = (0..<n).flatMap { Array(b[$0 * k..<($0 + 1) * k]) + random.floats(gap) }
    let size = t5k_packed_bf16_bytes(n, k)
    var out = [UInt8](repeating: 0, count: size)
    level.kernels.pack_bf16(n, k, apart, k + gap, &out)
    #expect(out == Array(packed(level, b, n: n, k: k).prefix(size)))
    // The same numbers as [k, n] of another matrix.
    var columns = [UInt8](repeating: 0, count: t5k_packed_bf16_bytes(k, n))
    level.kernels.pack_bf16_columns(n, k, apart, k + gap, &columns)
    #expect(columns == Array(packedColumns(level, b, n: k, k: n).prefix(columns.count)))
    var rows = [UInt8](repeating: 0, count: n * t5k_bf16_row_bytes(k))
    var wanted = rows
    level.kernels.bf16_rows(apart, k + gap, n, k, &rows)
    level.kernels.bf16_rows(b, k, n, k, &wanted)
    #expect(rows == wanted)
  }

  private func product(
    _ level: Level, _ m: Int, _ n: Int, _ k: Int, _ a: [UInt8], _ b: [UInt8], c: [Float]? = nil
  ) -> [Float] {
    let gap = 3
    var out = [Float](repeating: -77, count: m * (n + gap))
    if let c { for i in 0..<m { for j in 0..<n { out[i * (n + gap) + j] = c[i * n + j] } } }
    level.kernels.gemm_bf16_packed(m, n, k, a, b, &out, n + gap, c == nil ? 0 : 1)
    return (0..<m).flatMap { row in
      let start = row * (n + gap)
      #expect(out[start + n..<start + n + gap].allSatisfy { $0 == -77 })
      return out[start..<start + n]
    }
  }

  @Test("Products match the reference", arguments: Level.vectors)
  func products(_ level: Level) {
    var random = SeededRandom(seed: 72)
    for (m, n, k) in [
      (0, 3, 4), (3, 0, 4), (2, 3, 0), (1, 1, 1), (7, 5, 3), (16, 48, 33), (17, 49, 64),
      (25, 97, 512), (40, 20, 513), (100, 33, 1100),
    ] {
      let (a, b, c) = (random.floats(m * k), random.floats(n * k), random.floats(m * n))
      func operand(_ x: [Float], _ rows: Int) -> [UInt8] { packed(.plain, x, n: rows, k: k) }
      for sum in [nil, c] {
        let found = product(level, m, n, k, operand(a, m), operand(b, n), c: sum)
        let wanted = product(.plain, m, n, k, operand(a, m), operand(b, n), c: sum)
        let magnitudes = product(
          .plain, m, n, k, operand(a.map(abs), m), operand(b.map(abs), n), c: sum?.map(abs))
        // Up to 512 roundings of 6e-8 a part that mostly cancel.
        let isWrong = zip(zip(found, wanted), magnitudes).contains { pair, magnitude in
          !(abs(pair.0 - pair.1) <= 2e-6 * magnitude + 1e-30)
        }
        #expect(!isWrong, "\(m)×\(n)×\(k)")
      }
    }
  }

  @Test("An element's bits do not depend on the other rows and columns", arguments: Level.vectors)
  func stability(_ level: Level) {
    var random = SeededRandom(seed: 73)
    let (m, n, k) = (110, 100, 700)
    let (a, b) = (random.floats(m * k), random.floats(n * k))
    let together = product(
      level, m, n, k, packed(level, a, n: m, k: k), packed(level, b, n: n, k: k))
    for (rows, columns) in [(0..<1, 0..<100), (5..<22, 48..<96), (99..<110, 1..<100)] {
      let some = packed(
        level, Array(a[rows.lowerBound * k..<rows.upperBound * k]), n: rows.count, k: k)
      let others = packed(
        level, Array(b[columns.lowerBound * k..<columns.upperBound * k]), n: columns.count, k: k)
      let found = product(level, rows.count, columns.count, k, some, others)
      let wanted = rows.flatMap { row in columns.map { together[row * n + $0] } }
      #expect(found.bits == wanted.bits)
    }
  }
}
