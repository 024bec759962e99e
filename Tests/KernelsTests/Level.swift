import CKernels
import Support
import Testing

/// One compilation of the kernels, as a test's argument.
///
/// Tests call its functions directly and never set the level in use, so that they can run beside
/// others.
struct Level: CustomTestStringConvertible, Sendable {
  let number: Int32

  /// The scalar reference, in double precision.
  static let plain = Level(number: Int32(T5K_PLAIN))

  /// Every other level that this machine can run.
  static let vectors = [
    T5K_BASELINE, T5K_AVX2, T5K_AVX512, T5K_AVX512_VNNI, T5K_AVX512_BF16,
  ].map { Level(number: Int32($0)) }
    .filter { t5k_kernels_at($0.number) != nil }

  var kernels: t5k_kernels {
    guard let table = t5k_kernels_at(number) else { preconditionFailure("no such level") }
    return table.pointee
  }

  var testDescription: String { String(cString: t5k_level_name(number)) }
}

extension SeededRandom {
  /// Numbers evenly spread over −`bound` ..< `bound`.
  mutating func floats(_ count: Int, bound: Float = 1) -> [Float] {
    (0..<count).map { _ in Float.random(in: -bound..<bound, using: &self) }
  }
}

/// Lengths around every vector width and its multiples.
let lengths = Array(0...40) + [47, 48, 63, 64, 65, 100, 127, 128, 129, 257, 513]

extension [Float] {
  /// The bits, for comparisons in which NaN equals itself and −0 is not 0.
  var bits: [UInt32] { map(\.bitPattern) }
}

/// The greatest difference, divided by `scale` of the reference where that is above 1.
func greatestError(_ values: [Float], _ reference: [Float]) -> Float {
  #expect(values.count == reference.count)
  var greatest: Float = 0
  for (value, wanted) in zip(values, reference) where value != wanted {
    let error = abs(value - wanted) / max(1, abs(wanted))
    // NaN must not pass as no error.
    greatest = error <= greatest ? greatest : error
  }
  return greatest
}
