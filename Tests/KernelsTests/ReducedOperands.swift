import CKernels
import Support
import Testing

/// A product of bfloat16 or of bytes, at one level.
struct ReducedProduct: Sendable, CustomTestStringConvertible {
  enum Form: CaseIterable { case bf16, s8 }

  let level: Level
  let form: Form

  static let vectors = Level.vectors.flatMap { level in
    Form.allCases.map { ReducedProduct(level: level, form: $0) }
  }

  var testDescription: String { "\(form) \(level.testDescription)" }

  /// The reference's, of the same form.
  var reference: ReducedProduct { ReducedProduct(level: .plain, form: form) }

  /// The rows of a matrix as this level rounds them.
  func rounded(_ x: [Float], columns: Int) -> [UInt8] {
    let rows = columns == 0 ? 0 : x.count / columns
    var out = [UInt8](repeating: 0xA5, count: rows * rowBytes(columns) + 1)
    switch form {
    case .bf16: level.kernels.bf16_rows(x, columns, rows, columns, &out)
    case .s8: level.kernels.s8_rows(x, rows, columns, &out)
    }
    precondition(out.last == 0xA5, "a row was written past its end")
    return out
  }

  func packed(_ b: [Float], n: Int, k: Int) -> [UInt8] {
    switch form {
    case .bf16:
      var out = [UInt8](repeating: 0xA5, count: t5k_packed_bf16_bytes(n, k))
      t5k_pack_bf16(n, k, b, k, &out)
      return out
    case .s8:
      var numbers = [Int8](repeating: 99, count: n * k)
      var scales = [Float](repeating: 99, count: n)
      t5k_round_s8(n, k, b, &numbers, &scales)
      var out = [UInt8](repeating: 0xA5, count: t5k_packed_s8_bytes(n, k))
      t5k_pack_s8(n, k, numbers, scales, &out)
      return out
    }
  }

  /// C, [m, n], with −77 in the columns beyond n, which stay.
  func product(
    _ m: Int, _ n: Int, _ k: Int, rounded a: [UInt8], packed b: [UInt8], c: [Float]? = nil,
    bias: [Float]? = nil, activation: t5k_activation = T5K_NONE
  ) -> [Float] {
    let gap = 3
    var out = [Float](repeating: -77, count: m * (n + gap))
    if let c { for i in 0..<m { for j in 0..<n { out[i * (n + gap) + j] = c[i * n + j] } } }
    let multiply = form == .bf16 ? level.kernels.gemm_bf16 : level.kernels.gemm_s8
    multiply?(m, n, k, a, b, &out, n + gap, bias, activation, c == nil ? 0 : 1)
    return (0..<m).flatMap { row -> ArraySlice<Float> in
      let start = row * (n + gap)
      precondition(
        out[start + n..<start + n + gap].allSatisfy { $0 == -77 }, "a gap was written to")
      return out[start..<start + n]
    }
  }

  func rowBytes(_ k: Int) -> Int { form == .bf16 ? t5k_bf16_row_bytes(k) : t5k_s8_row_bytes(k) }
}
