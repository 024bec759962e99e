import Checkpoints
import Foundation
import Testing

@Suite("16-bit floats")
struct HalfPrecisionTests {
  /// IEEE 754's own formula; Double holds every value exactly.
  private func binary16(_ bits: UInt16) -> Double {
    let sign: Double = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF) / 1024
    switch exponent {
    case 0: return sign * fraction * 0x1p-14
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * pow(2, Double(exponent - 15))
    }
  }

  /// bfloat16 by the same formula, with its own widths.
  private func bfloat16(_ bits: UInt16) -> Double {
    let sign: Double = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 7 & 0xFF)
    let fraction = Double(bits & 0x7F) / 128
    switch exponent {
    case 0: return sign * fraction * 0x1p-126
    case 255: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1 + fraction) * pow(2, Double(exponent - 127))
    }
  }

  /// The same number with the same sign, or both no number.
  private func isSame(_ value: Float, _ expected: Double) -> Bool {
    value.isNaN || expected.isNaN
      ? value.isNaN && expected.isNaN
      : Double(value).bitPattern == expected.bitPattern
  }

  @Test("Every pattern has the value that its definition gives, and reads back as itself")
  func everyPattern() {
    var wrong: [UInt16] = []
    for bits in UInt16.min...UInt16.max {
      let half = Float(float16Bits: bits)
      let brain = Float(bfloat16Bits: bits)
      let survives =
        (half.isNaN ? Float(float16Bits: half.float16Bits).isNaN : half.float16Bits == bits)
        && (brain.isNaN
          ? Float(bfloat16Bits: brain.bfloat16Bits).isNaN : brain.bfloat16Bits == bits)
      if !isSame(half, binary16(bits)) || !isSame(brain, bfloat16(bits)) || !survives {
        wrong.append(bits)
      }
    }
    #expect(wrong == [])
  }

  @Test("Between any two neighbours the nearer one is taken, and the even one in the middle")
  func rounding() {
    var wrong: [UInt16] = []
    func check(_ low: UInt16, _ middle: Float, _ round: (Float) -> UInt16) {
      let even = low.isMultiple(of: 2) ? low : low + 1
      let isRight =
        round(middle) == even && round(middle.nextDown) == low && round(middle.nextUp) == low + 1
        && round(-middle) == even | 0x8000
      if !isRight { wrong.append(low) }
    }
    // Up to the middle between the greatest number and what would follow it, from which on numbers
    // are infinite. A Float holds each middle exactly.
    for low in UInt16(0)..<0x7C00 {
      let above = low == 0x7BFF ? 65_536 : binary16(low + 1)
      check(low, Float((binary16(low) + above) / 2)) { $0.float16Bits }
    }
    for low in UInt16(0)..<0x7F80 {
      check(low, Float(bitPattern: UInt32(low) << 16 | 0x8000)) { $0.bfloat16Bits }
    }
    #expect(wrong == [])
  }

  @Test("What is too large becomes infinite, and what is no number stays none")
  func extremes() {
    for value: Float in [65_520, 1e10, .greatestFiniteMagnitude, .infinity] {
      #expect(value.float16Bits == 0x7C00)
      #expect((-value).float16Bits == 0xFC00)
    }
    #expect(Float.greatestFiniteMagnitude.bfloat16Bits == 0x7F80)
    // The payload of the second lies wholly in the bits that are lost.
    for bits: UInt32 in [0x7FC0_0000, 0x7F80_0001, 0xFF80_0001] {
      let value = Float(bitPattern: bits)
      #expect(Float(float16Bits: value.float16Bits).isNaN)
      #expect(Float(bfloat16Bits: value.bfloat16Bits).isNaN)
    }
  }
}
