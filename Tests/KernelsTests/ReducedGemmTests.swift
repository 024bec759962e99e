import CKernels
import Support
import Testing

@Suite("Products of reduced precision")
struct ReducedGemmTests {
  /// Compares a product with the reference's, of the same rounded operands.
  private func expectClose(
    _ tested: ReducedProduct, _ m: Int, _ n: Int, _ k: Int, _ a: [Float], _ b: [Float],
    bias: [Float]? = nil, c: [Float]? = nil, activation: t5k_activation = T5K_NONE
  ) {
    let left = tested.reference.rounded(a, columns: k)
    let right = tested.packed(b, n: n, k: k)
    let found = tested.product(
      m, n, k, rounded: left, packed: right, c: c, bias: bias, activation: activation)
    let wanted = tested.reference.product(
      m, n, k, rounded: left, packed: right, c: c, bias: bias, activation: activation)
    // Of Σ |a|·|b|: k roundings of 6e-8 that mostly cancel, and once three of the scales and of the
    // bias; the sums of bytes themselves are exact.
    let absolute = tested.reference.product(
      m, n, k, rounded: tested.reference.rounded(a.map(abs), columns: k),
      packed: tested.packed(b.map(abs), n: n, k: k), c: c?.map(abs), bias: bias?.map(abs))
    let isWrong = zip(zip(found, wanted), absolute).contains { pair, magnitude in
      !(abs(pair.0 - pair.1) <= 2e-6 * magnitude + 1e-30)
    }
    #expect(!isWrong, "\(m)×\(n)×\(k)")
  }

  @Test("every small size matches the reference", arguments: ReducedProduct.vectors)
  func smallSizes(_ tested: ReducedProduct) {
    var random = SeededRandom(seed: 61)
    for m in [0, 1, 2, 4, 5, 6, 7, 8, 9, 25] {
      for n in [0, 1, 3, 8, 15, 16, 17, 31, 33, 48, 49, 97] {
        for k in [1, 2, 3, 4, 5, 7, 16, 31, 63, 64, 65] {
          expectClose(tested, m, n, k, random.floats(m * k), random.floats(n * k))
        }
      }
    }
  }

  @Test("large sizes, biases, sums and activations match too", arguments: ReducedProduct.vectors)
  func largeSizes(_ tested: ReducedProduct) {
    var random = SeededRandom(seed: 62)
    for (m, n, k) in [(97, 50, 130), (3, 384, 1537), (200, 20, 96)] {
      let (a, b) = (random.floats(m * k), random.floats(n * k))
      let (bias, c) = (random.floats(n), random.floats(m * n))
      expectClose(tested, m, n, k, a, b, bias: bias)
      expectClose(tested, m, n, k, a, b, c: c)
      expectClose(tested, m, n, k, a, b, bias: bias, c: c, activation: T5K_RELU)
      expectClose(tested, m, n, k, a, b, bias: bias, activation: T5K_GELU_ERF)
    }
  }

  @Test("a weight's bytes reach 127, with a scale for each row")
  func roundedRows() {
    let large = Float.greatestFiniteMagnitude
    let rows: [[Float]] = [[1, -2, 0.5], [0, 0, -0.0], [large, -large, 1], [0, .infinity, 1]]
    var numbers = [Int8](repeating: 99, count: 12)
    var scales = [Float](repeating: 99, count: 4)
    t5k_round_s8(4, 3, rows.flatMap { $0 }, &numbers, &scales)
    #expect(numbers[0..<9] == [64, -127, 32, 0, 0, 0, 127, -127, 0])
    #expect(scales[0] == 2 / 127 && scales[1] == 0 && scales[2] == large / 127)
    #expect(scales[3].isNaN)
  }

  @Test("without any k a product is its bias", arguments: ReducedProduct.vectors)
  func noDepth(_ tested: ReducedProduct) {
    let rows = [UInt8](repeating: 0, count: 2 * tested.rowBytes(0))
    let packed = tested.packed([], n: 3, k: 0)
    #expect(
      tested.product(2, 3, 0, rounded: rows, packed: packed, bias: [1, -2, 3]) == [
        1, -2, 3, 1, -2, 3,
      ])
  }

  @Test(
    "a row's bits do not depend on how many rows there are, or which",
    arguments: ReducedProduct.vectors)
  func rowStability(_ tested: ReducedProduct) {
    var random = SeededRandom(seed: 63)
    for (n, k) in [(1, 33), (20, 40), (100, 300), (17, 513)] {
      let (a, bias) = (random.floats(110 * k), random.floats(n))
      let packed = tested.packed(random.floats(n * k), n: n, k: k)
      let together = tested.product(
        110, n, k, rounded: tested.rounded(a, columns: k), packed: packed, bias: bias,
        activation: T5K_GELU_TANH)
      for m in [1, 2, 3, 7, 8, 9, 97, 110] {
        for _ in 0..<3 {
          let rows = (0..<110).shuffled(using: &random).prefix(m)
          let some = rows.flatMap { a[$0 * k..<($0 + 1) * k] }
          let found = tested.product(
            m, n, k, rounded: tested.rounded(some, columns: k), packed: packed, bias: bias,
            activation: T5K_GELU_TANH)
          let wanted = rows.flatMap { together[$0 * n..<($0 + 1) * n] }
          #expect(found.bits == wanted.bits, "\(m) of 110 × \(n) × \(k)")
        }
      }
    }
  }

  @Test("an element's bits do not depend on the other columns", arguments: ReducedProduct.vectors)
  func columnStability(_ tested: ReducedProduct) {
    var random = SeededRandom(seed: 64)
    let (m, n, k) = (9, 100, 200)
    let b = random.floats(n * k)
    let rounded = tested.rounded(random.floats(m * k), columns: k)
    let together = tested.product(
      m, n, k, rounded: rounded, packed: tested.packed(b, n: n, k: k))
    for (first, count) in [(0, 1), (5, 17), (48, 48), (99, 1), (1, 99)] {
      let packed = tested.packed(Array(b[first * k..<(first + count) * k]), n: count, k: k)
      let found = tested.product(m, count, k, rounded: rounded, packed: packed)
      let wanted = (0..<m).flatMap { together[$0 * n + first..<$0 * n + first + count] }
      #expect(found.bits == wanted.bits)
    }
  }

  @Test("sums of the greatest bytes neither saturate nor overflow", arguments: Level.vectors)
  func extremes(_ level: Level) {
    let tested = ReducedProduct(level: level, form: .s8)
    let k = Int(T5K_GREATEST_S8_DEPTH)
    // Activations 255 (of range 0 … 1) and 0 … of range −1 … 0, times weights 127 and −127.
    let a = [Float](repeating: 1, count: k) + [Float](repeating: -1, count: k)
    let b = [Float](repeating: 0.5, count: k) + [Float](repeating: -0.5, count: k)
    let found = tested.product(
      2, 2, k, rounded: tested.rounded(a, columns: k), packed: tested.packed(b, n: 2, k: k))
    let whole = Float(k) / 2
    // The scales are rounded.
    for (value, wanted) in zip(found, [whole, -whole, -whole, whole]) {
      #expect(abs(value - wanted) < 1e-6 * whole)
    }
  }

  @Test("NaN and infinity of a row make that row of bytes NaN", arguments: Level.vectors)
  func spoiltBytes(_ level: Level) {
    let tested = ReducedProduct(level: level, form: .s8)
    var random = SeededRandom(seed: 65)
    let (m, n, k) = (10, 20, 31)
    let (a, b) = (random.floats(m * k), random.floats(n * k))
    let clean = tested.product(
      m, n, k, rounded: tested.rounded(a, columns: k), packed: tested.packed(b, n: n, k: k))
    for bad in [Float.nan, .infinity, -.infinity] {
      var (spoiltA, spoiltB) = (a, b)
      spoiltA[3 * k + 30] = bad
      spoiltB[7 * k + 2] = bad
      let found = tested.product(
        m, n, k, rounded: tested.rounded(spoiltA, columns: k),
        packed: tested.packed(spoiltB, n: n, k: k))
      for (place, value) in found.enumerated() {
        if place / n == 3 || place % n == 7 {
          #expect(value.isNaN)
        } else {
          #expect(value.bitPattern == clean[place].bitPattern)
        }
      }
    }
  }

  @Test("NaN and infinity pass through bfloat16 as through floats", arguments: Level.vectors)
  func spoiltFloats(_ level: Level) {
    let tested = ReducedProduct(level: level, form: .bf16)
    let a: [Float] =
      [1, 2, 3] + [.nan, 2, 3] + [1, .infinity, 3] + [1, .greatestFiniteMagnitude, 3]
    let b: [Float] = [1, 1, 1] + [1, 0, 1] + [-.infinity, 1, 1]
    let found = tested.product(
      4, 3, 3, rounded: tested.rounded(a, columns: 3), packed: tested.packed(b, n: 3, k: 3))
    #expect(found[0..<3] == [6, 4, -.infinity])
    #expect(found[3..<6].allSatisfy { $0.isNaN })
    #expect(found[6] == .infinity && found[7].isNaN && found[8].isNaN)
    // The greatest float rounds to infinity, which times 0 is NaN.
    #expect(found[9] == .infinity && found[10].isNaN && found[11].isNaN)
  }
}
