import Digests

/// Expands gzip data (RFC 1952) piece by piece: members one after another, each with its checks.
struct GzipDecoder {
  private var input: BitReader
  /// nil between members.
  private var inflater: Inflater?
  private var checksum = CRC32()
  private var size: UInt32 = 0
  private var isFirst = true

  /// Whether bytes begin as gzip data do.
  static func recognizes(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// - Parameter start: What was read from the descriptor already.
  init(descriptor: CInt, path: String, start: [UInt8]) {
    input = BitReader(descriptor: descriptor, path: path, start: start)
  }

  /// The next bytes; none at the end of the file.
  mutating func next() throws(FormatError) -> ArraySlice<UInt8> {
    while true {
      if inflater == nil {
        guard try startMember() else { return [] }
        inflater = Inflater()
      }
      if let piece = try inflater?.next(from: &input), !piece.isEmpty {
        checksum.update(piece)
        size &+= UInt32(piece.count)
        return piece
      }
      inflater = nil
      try finishMember()
    }
  }

  /// Reads a member's header; false at the end of the file.
  private mutating func startMember() throws(FormatError) -> Bool {
    // Tapes and block devices pad files with zeros, which gzip itself ignores.
    var first = 0
    repeat {
      guard try !input.isExhausted() else { return false }
      first = try input.take(8)
    } while first == 0 && !isFirst
    isFirst = false
    guard first == 0x1F, try input.take(8) == 0x8B else {
      throw input.failure("other data behind it")
    }
    guard try input.take(8) == 8 else { throw input.failure("an unknown method") }
    let flags = try input.take(8)
    guard flags & 0xE0 == 0 else { throw input.failure("unknown flags") }
    // Time, extra flags, operating system.
    for _ in 0..<6 { _ = try input.take(8) }
    if flags & 4 != 0 {
      for _ in 0..<(try input.take(16)) { _ = try input.take(8) }
    }
    // The name and the comment end with a zero.
    for flag in [8, 16] where flags & flag != 0 {
      while try input.take(8) != 0 {}
    }
    if flags & 2 != 0 { _ = try input.take(16) }
    return true
  }

  private mutating func finishMember() throws(FormatError) {
    input.alignToByte()
    guard try input.take(32) == Int(checksum.value) else {
      throw input.failure("a wrong checksum")
    }
    guard try input.take(32) == Int(size) else { throw input.failure("a wrong size") }
    checksum = CRC32()
    size = 0
  }
}
