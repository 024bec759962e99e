// 16-bit floats, bit by bit: Swift's Float16 is missing on some platforms, and baseline x86-64
// converts it by a library call for each number, where these are plain vectorisable loops.

extension Float {
  /// The value of an IEEE 754 binary16 number; exact, and a NaN keeps its payload.
  package init(float16Bits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    // Placed in a Float's fields the exponent is 127 − 15 too small; the product corrects that, and
    // makes binary16's subnormal numbers normal on the way.
    let finite = (Float(bitPattern: magnitude << 13) * 0x1p112).bitPattern
    let special = 0x7F80_0000 | magnitude << 13
    self.init(bitPattern: sign | (magnitude < 0x7C00 ? finite : special))
  }

  /// The value of a bfloat16 number, which is the upper half of a `Float`; exact.
  package init(bfloat16Bits bits: UInt16) {
    self.init(bitPattern: UInt32(bits) << 16)
  }

  /// The nearest binary16 number, ties to even; infinite from 65,520 on.
  package var float16Bits: UInt16 {
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    let magnitude = bitPattern & 0x7FFF_FFFF
    let rounded: UInt32
    if magnitude > 0x7F80_0000 {
      // The quiet bit keeps a NaN whose payload is lost from turning into an infinity.
      rounded = 0x7E00 | (magnitude >> 13 & 0x3FF)
    } else if magnitude >= Float(65_520).bitPattern {
      rounded = 0x7C00
    } else if magnitude < Float(0x1p-14).bitPattern {
      // The sum's last bit is worth 2⁻²⁴, binary16's smallest step: the addition itself rounds.
      rounded = (Float(bitPattern: magnitude) + 0.5).bitPattern - Float(0.5).bitPattern
    } else {
      let rebased = magnitude - (112 << 23)
      rounded = (rebased + 0xFFF + (rebased >> 13 & 1)) >> 13
    }
    return sign | UInt16(truncatingIfNeeded: rounded)
  }

  /// The nearest bfloat16 number, ties to even.
  package var bfloat16Bits: UInt16 {
    guard !isNaN else { return UInt16(truncatingIfNeeded: bitPattern >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bitPattern + 0x7FFF + (bitPattern >> 16 & 1)) >> 16)
  }
}
