/// Bits that become bytes, the first in the least significant place (RFC 1951, 3.1.1).
struct BitWriter {
  private var bytes: [UInt8] = []
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// Writes the lowest `count` bits of a number that has no others; at most 32.
  mutating func write(_ value: Int, _ count: Int) {
    bits |= UInt64(value) << UInt64(bitCount)
    bitCount += count
    while bitCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }

  /// Fills a byte up with zeros.
  mutating func alignToByte() {
    if bitCount > 0 { write(0, 8 - bitCount) }
  }

  /// Writes whole bytes, after `alignToByte`.
  mutating func write(_ more: [UInt8]) {
    precondition(bitCount == 0, "whole bytes begin at a byte")
    bytes += more
  }

  /// The bytes that are full, once.
  mutating func takeBytes() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }
}
