extension JSONValue: CustomStringConvertible {
  /// Compact JSON, on one line.
  public var description: String { serialized() }

  /// JSON (RFC 8259) that reads back as this value: members in order, numbers as they were written.
  ///
  /// - Parameter pretty: Two spaces of indentation and a line for each member and element; otherwise
  ///   all on one line, without spaces.
  public func serialized(pretty: Bool = false) -> String {
    String(decoding: serializedBytes(pretty: pretty), as: UTF8.self)
  }

  /// The bytes of `serialized(pretty:)`, without a final line feed.
  public func serializedBytes(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.write(self)
    return writer.bytes
  }
}

/// Recursive: values nest as deep as the parser allows, or as our own code builds them.
private struct JSONWriter {
  let pretty: Bool
  var bytes: [UInt8] = []
  private var depth = 0

  init(pretty: Bool) {
    self.pretty = pretty
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let number): append(number.text)
    case .string(let string): write(string)
    case .array(let elements):
      write(elements, between: Byte.openBracket, and: Byte.closeBracket) { $0.write($1) }
    case .object(let members):
      write(members, between: Byte.openBrace, and: Byte.closeBrace) { writer, member in
        writer.write(member.key)
        writer.bytes.append(Byte.colon)
        if writer.pretty { writer.bytes.append(Byte.space) }
        writer.write(member.value)
      }
    }
  }

  private mutating func write<Parts: Collection>(
    _ parts: Parts, between open: UInt8, and close: UInt8,
    with writePart: (inout JSONWriter, Parts.Element) -> Void
  ) {
    bytes.append(open)
    depth += 1
    var isFirst = true
    for part in parts {
      if !isFirst { bytes.append(Byte.comma) }
      isFirst = false
      breakLine()
      writePart(&self, part)
    }
    depth -= 1
    if !isFirst { breakLine() }
    bytes.append(close)
  }

  private mutating func breakLine() {
    guard pretty else { return }
    bytes.append(Byte.lineFeed)
    bytes.append(contentsOf: repeatElement(Byte.space, count: 2 * depth))
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Escapes what RFC 8259 asks for and nothing else.
  private mutating func write(_ string: String) {
    bytes.append(Byte.quote)
    for byte in string.utf8 {
      switch byte {
      case Byte.quote, Byte.backslash:
        bytes.append(Byte.backslash)
        bytes.append(byte)
      case Byte.lineFeed: append("\\n")
      case Byte.carriageReturn: append("\\r")
      case Byte.tab: append("\\t")
      case 0..<0x20: append("\\u" + hexadecimal(UInt16(byte)))
      default: bytes.append(byte)
      }
    }
    bytes.append(Byte.quote)
  }
}
