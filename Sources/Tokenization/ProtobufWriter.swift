/// Writes the fields of one protocol buffer message.
///
/// Source: the protocol buffers wire format, <https://protobuf.dev/programming-guides/encoding/>.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// Writes a field as it stands in another message.
  ///
  /// - Parameter buffer: What the value's ranges are positions in.
  mutating func copy(_ field: ProtobufReader.Field, of buffer: [UInt8]) {
    switch field.value {
    case .varint(let number): write(number, in: field.number)
    case .bytes(let range): write(buffer[range], in: field.number)
    case .fixed64(let bits):
      varint(UInt64(field.number) << 3 | 1)
      fixed(bits, bytes: 8)
    case .fixed32(let bits):
      varint(UInt64(field.number) << 3 | 5)
      fixed(UInt64(bits), bytes: 4)
    }
  }

  mutating func write(_ number: UInt64, in field: Int) {
    varint(UInt64(field) << 3)
    varint(number)
  }

  mutating func write(_ message: some Collection<UInt8>, in field: Int) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(message.count))
    bytes += message
  }

  mutating func write(_ number: Float, in field: Int) {
    varint(UInt64(field) << 3 | 5)
    fixed(UInt64(number.bitPattern), bytes: 4)
  }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func fixed(_ bits: UInt64, bytes count: Int) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))) }
  }
}
