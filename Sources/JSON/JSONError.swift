/// Why a text is not JSON: what was expected, what was found, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was expected and what was found, without the place.
  public let message: String
  /// Bytes before the place of the error, from 0.
  public let offset: Int
  /// From 1; lines end with a line feed.
  public let line: Int
  /// From 1, in Unicode scalars from the start of the line.
  public let column: Int

  /// Places an error at a byte of `source`.
  init(_ message: String, at offset: Int, of source: UnsafeRawBufferPointer) {
    self.message = message
    self.offset = offset
    var line = 1
    var column = 1
    for byte in source.prefix(offset) {
      if byte == Byte.lineFeed {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.line = line
    self.column = column
  }

  /// The place, then what was expected and found.
  public var description: String {
    "line \(line), column \(column) (byte \(offset)): \(message)"
  }
}
