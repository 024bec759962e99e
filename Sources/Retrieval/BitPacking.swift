/// Small numbers in a fixed number of bits each, the first one in the lowest bits.
enum BitPacking {
  /// What must be readable behind packed numbers, since they are loaded eight bytes at a time.
  static let padding = 8

  /// The bits that the largest of some numbers needs.
  static func width(of numbers: ArraySlice<UInt32>) -> Int {
    32 - numbers.reduce(0, |).leadingZeroBitCount
  }

  /// The bytes of `count` numbers.
  static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) / 8 }

  /// Packs numbers that fit into `width` bits.
  static func pack(_ numbers: ArraySlice<UInt32>, width: Int, into bytes: inout [UInt8]) {
    var pending: UInt64 = 0
    var pendingBits = 0
    for number in numbers {
      pending |= UInt64(number) << UInt64(pendingBits)
      pendingBits += width
      while pendingBits >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        pendingBits -= 8
      }
    }
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
  }

  /// Unpacks `count` numbers of `width` bits, at most 32.
  ///
  /// - Parameters:
  ///   - bytes: `byteCount(count, width:)` bytes and `padding` behind them can be read.
  ///   - numbers: Room for `count`.
  @inline(__always)
  static func unpack(
    _ bytes: UnsafeRawPointer, count: Int, width: Int, into numbers: UnsafeMutablePointer<UInt32>
  ) {
    let mask = UInt64(1) << UInt64(truncatingIfNeeded: width) &- 1
    var bit = 0
    for index in 0..<count {
      // Inside: the number starts in one of the packed bytes, or right behind them where width is 0.
      let word = UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
      numbers[index] = UInt32(truncatingIfNeeded: word &>> UInt64(bit & 7) & mask)
      bit &+= width
    }
  }
}
