/// Cuts a JSON array into its elements without reading the whole of it.
///
/// Only brackets, braces and strings are understood here; what is inside an element is left to the
/// parser. So a broken element does not spoil the next one, as long as its brackets close.
struct JSONElementReader {
  /// The bytes of one element, and where it starts.
  struct Element {
    let line: Int
    /// Unicode scalars before it in its line.
    let indent: Int
    let bytes: [UInt8]
  }

  let reader: ByteReader
  private let longest: Int
  private var line = 1
  private var indent = 0
  private var isOpen = false
  private var isDone = false
  private var needsComma = false

  init(_ reader: ByteReader, longest: Int = LineReader.longestLine) {
    self.reader = reader
    self.longest = longest
  }

  /// The next element; nil after the last one.
  ///
  /// - Throws: `.unreadable`, or `.malformed` where the array itself is broken; nothing comes after.
  mutating func next() throws(FormatError) -> Element? {
    guard !isDone else { return nil }
    if !isOpen {
      isOpen = true
      try expect(UInt8(ascii: "["), "[")
    }
    guard let first = try nextVisibleByte() else { throw fail("expected ], found the end") }
    if first == UInt8(ascii: "]") {
      consume(first)
      isDone = true
      guard try nextVisibleByte() == nil else {
        throw fail("expected nothing after the array, found more")
      }
      return nil
    }
    if needsComma {
      try expect(UInt8(ascii: ","), ", or ]")
      guard try nextVisibleByte() != nil else { throw fail("expected an element, found the end") }
    }
    needsComma = true
    return try element()
  }

  private mutating func element() throws(FormatError) -> Element {
    let start = (line: line, indent: indent)
    var bytes: [UInt8] = []
    var depth = 0
    var isInString = false
    var isEscaped = false
    while let byte = try reader.peek() {
      if !isInString, depth == 0, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
        return Element(line: start.line, indent: start.indent, bytes: bytes)
      }
      consume(byte)
      bytes.append(byte)
      guard bytes.count <= longest else {
        throw fail("expected elements of at most \(longest) bytes, found a longer one")
      }
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: continue
      }
      if depth == 0, !isInString {
        return Element(line: start.line, indent: start.indent, bytes: bytes)
      }
      if depth < 0 { throw fail("expected balanced brackets, found one too many closed") }
    }
    throw fail("expected the end of an element, found the end of the file")
  }

  private mutating func expect(_ wanted: UInt8, _ name: String) throws(FormatError) {
    guard let byte = try nextVisibleByte() else { throw fail("expected \(name), found the end") }
    guard byte == wanted else {
      let found =
        byte < 0x80 ? shortened(String(UnicodeScalar(byte))) : "a byte outside of JSON"
      throw fail("expected \(name), found \(found)")
    }
    consume(byte)
  }

  /// Takes the byte that was peeked at.
  private mutating func consume(_ byte: UInt8) {
    reader.consume(1)
    if byte == lineFeed {
      line += 1
      indent = 0
    } else if byte & 0xC0 != 0x80 {
      indent += 1
    }
  }

  /// The next byte that is no white space, not consumed.
  private mutating func nextVisibleByte() throws(FormatError) -> UInt8? {
    while let byte = try reader.peek() {
      guard byte == space || byte == tab || byte == carriageReturn || byte == lineFeed else {
        return byte
      }
      consume(byte)
    }
    return nil
  }

  private mutating func fail(_ reason: String) -> FormatError {
    isDone = true
    return FormatError(.malformed, path: reader.path, line: line, reason: reason)
  }
}
