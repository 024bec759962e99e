/// A document's length in one byte, rounded down: exact below 64, then in steps of a ninth or less.
///
/// Only bounds on scores are made from it; scores are made from exact lengths.
enum LengthCode {
  /// The length that each code stands for, rising.
  static let lengths: [UInt32] = {
    var lengths = (0..<64 as Range<UInt32>).map { $0 }
    // Eight steps to a doubling; 24 doublings end at 2³⁰.
    while lengths.count < 256 {
      let step = lengths.count - 64
      let base = UInt32(64) << UInt32(step / 8)
      lengths.append(base + base / 8 * UInt32(step % 8))
    }
    return lengths
  }()

  /// The greatest code whose length is at most `length`.
  static func code(of length: UInt32) -> UInt8 {
    guard length >= 64 else { return UInt8(length) }
    let doublings = 25 - UInt32(length.leadingZeroBitCount)
    let step = (length >> (doublings + 3)) & 7
    return UInt8(min(64 + doublings * 8 + step, 255))
  }
}
