/// The bits of a compressed file, from the least significant of each byte on (RFC 1951, 3.1.1).
struct BitReader {
  private let descriptor: CInt
  private let path: String
  private var buffer: [UInt8]
  private var next = 0
  private var end: Int
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var isAtEnd = false
  /// Compressed bytes that were taken from the file, for messages.
  private var bytesTaken = 0

  /// - Parameter start: What was read from the descriptor already.
  init(descriptor: CInt, path: String, start: [UInt8]) {
    self.descriptor = descriptor
    self.path = path
    end = start.count
    buffer = start + [UInt8](repeating: 0, count: max((1 << 16) - start.count, 0))
  }

  /// Whether no whole byte is left.
  mutating func isExhausted() throws(FormatError) -> Bool {
    try fill(8)
    return bitCount < 8
  }

  /// Takes up to 32 bits.
  mutating func take(_ count: Int) throws(FormatError) -> Int {
    if bitCount < count { try fill(count) }
    guard bitCount >= count else { throw truncated() }
    let value = Int(bits & ((1 << UInt64(count)) - 1))
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  /// Takes one Huffman code; nil where the bits are none of its codes.
  mutating func take(_ code: HuffmanCode) throws(FormatError) -> Int? {
    if bitCount < HuffmanCode.longest { try fill(HuffmanCode.longest) }
    // Bits after the end of the file are 0 here: a code that reaches into them is refused.
    guard let (symbol, length) = code.symbol(of: UInt16(truncatingIfNeeded: bits)) else {
      guard bitCount >= HuffmanCode.longest else { throw truncated() }
      return nil
    }
    guard bitCount >= length else { throw truncated() }
    bits >>= UInt64(length)
    bitCount -= length
    return symbol
  }

  /// Drops the rest of a byte.
  mutating func alignToByte() {
    bits >>= UInt64(bitCount % 8)
    bitCount -= bitCount % 8
  }

  func failure(_ found: String) -> FormatError {
    FormatError(
      .corrupt, path: path,
      reason: "expected sound gzip data, found \(found) within \(bytesTaken) bytes")
  }

  private func truncated() -> FormatError { failure("its end too early") }

  /// Has `count` bits at hand, if the file has them.
  private mutating func fill(_ count: Int) throws(FormatError) {
    while bitCount <= 56 {
      if next == end {
        guard bitCount < count, try load() else { return }
      }
      bits |= UInt64(buffer[next]) << UInt64(bitCount)
      next += 1
      bytesTaken += 1
      bitCount += 8
    }
  }

  private mutating func load() throws(FormatError) -> Bool {
    guard !isAtEnd else { return false }
    next = 0
    end = try FileDescriptor.read(descriptor, into: &buffer, from: 0, path: path)
    isAtEnd = end == 0
    return !isAtEnd
  }
}
