/// Walks the fields of one serialised protocol buffer message, trusting nothing in it.
///
/// Source: the protocol buffers wire format, <https://protobuf.dev/programming-guides/encoding/>.
struct ProtobufReader {
  /// What a field holds.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Range<Int>)
    case fixed32(UInt32)
  }

  /// A field: its number and its value; ranges are positions in the whole buffer.
  struct Field {
    let number: Int
    let value: Value
  }

  /// Why the walk stopped: a reason and the position of the first byte that is wrong.
  struct Malformed: Error {
    let reason: String
    let offset: Int
  }

  private let buffer: [UInt8]
  private var position: Int
  private let end: Int

  /// - Parameter range: Where the message lies; must be inside `buffer`.
  init(_ buffer: [UInt8], in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
    self.buffer = buffer
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the end of the message.
  mutating func next() throws(Malformed) -> Field? {
    guard position < end else { return nil }
    let start = position
    let key = try varint()
    let number = key >> 3
    guard number >= 1, number < 1 << 29 else {
      throw Malformed(reason: "expected a field number in 1..<2^29, found \(number)", offset: start)
    }
    let value: Value
    switch key & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(bytes: 8))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw Malformed(
          reason: "expected at most \(end - position) bytes in field \(number), found \(length)",
          offset: start)
      }
      let range = position..<position + Int(length)
      position = range.upperBound
      value = .bytes(range)
    case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(bytes: 4)))
    default:
      throw Malformed(
        reason: "expected wire type 0, 1, 2 or 5, found \(key & 7)", offset: start)
    }
    return Field(number: Int(number), value: value)
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else {
        throw Malformed(reason: "expected the rest of a number, found the end", offset: start)
      }
      let byte = buffer[position]
      position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw Malformed(reason: "expected a number of at most 10 bytes", offset: start)
  }

  private mutating func fixed(bytes count: Int) throws(Malformed) -> UInt64 {
    guard end - position >= count else {
      throw Malformed(reason: "expected \(count) bytes, found the end", offset: position)
    }
    var result: UInt64 = 0
    for i in 0..<count { result |= UInt64(buffer[position + i]) << UInt64(8 * i) }
    position += count
    return result
  }
}
