/// One pass over a JSON text.
///
/// Recursive, to at most `depthCeiling`.
/// Every byte is read through `byte(at:)` or under a check against `text.count`: no offset leaves the
/// text.
struct JSONParser {
  let text: UnsafeRawBufferPointer
  let options: JSONParsingOptions
  var offset = 0
  private var depthLeft: Int

  /// Deeper values would also be destroyed, compared and printed recursively; 512 levels fit the
  /// smallest thread stack in use (512 KB) many times over.
  private static let depthCeiling = 512

  init(_ text: UnsafeRawBufferPointer, _ options: JSONParsingOptions) {
    self.text = text
    self.options = options
    depthLeft = min(max(options.maximumDepth, 0), Self.depthCeiling)
  }

  mutating func document() throws(JSONError) -> JSONValue {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure("expected JSON without a byte order mark, found one", at: 0)
    }
    if let invalid = firstInvalidUTF8(in: text) {
      let byte = String(text[invalid], radix: 16, uppercase: true)
      throw failure("expected UTF-8, found the invalid byte 0x\(byte)", at: invalid)
    }
    skipWhitespace()
    let value = try value()
    skipWhitespace()
    guard offset == text.count else {
      throw failure("expected the end after one JSON value, found \(found(at: offset))", at: offset)
    }
    return value
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    switch byte(at: offset) {
    case Byte.quote: return .string(try string())
    case Byte.openBrace: return try object()
    case Byte.openBracket: return try array()
    case Byte.minus: return .number(try number())
    case let digit? where Byte.zero...Byte.nine ~= digit: return .number(try number())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw failure("expected a JSON value, found \(found(at: offset))", at: offset)
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    let length = word.utf8CodeUnitCount
    let start = offset
    for index in 0..<length {
      guard byte(at: start + index) == word.utf8Start[index] else {
        throw failure("expected \(word), found \(found(at: start + index))", at: start + index)
      }
    }
    offset += length
    return value
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    skipWhitespace()
    if byte(at: offset) != Byte.closeBracket {
      while true {
        elements.append(try value())
        skipWhitespace()
        guard byte(at: offset) == Byte.comma else { break }
        offset += 1
        skipWhitespace()
      }
    }
    try leave(with: Byte.closeBracket, expecting: "',' or ']' after an array's element")
    return .array(elements)
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    try enter()
    var members = JSONObject()
    skipWhitespace()
    if byte(at: offset) != Byte.closeBrace {
      while true {
        try member(into: &members)
        skipWhitespace()
        guard byte(at: offset) == Byte.comma else { break }
        offset += 1
        skipWhitespace()
      }
    }
    try leave(with: Byte.closeBrace, expecting: "',' or '}' after an object's member")
    return .object(members)
  }

  private mutating func member(into members: inout JSONObject) throws(JSONError) {
    let start = offset
    guard byte(at: offset) == Byte.quote else {
      throw failure("expected a member's name in quotes, found \(found(at: offset))", at: offset)
    }
    let key = try string()
    skipWhitespace()
    guard byte(at: offset) == Byte.colon else {
      throw failure("expected ':' after a member's name, found \(found(at: offset))", at: offset)
    }
    offset += 1
    skipWhitespace()
    let value = try value()
    guard !members.insert(key, value) else { return }
    switch options.duplicateKeys {
    case .lastWins: members[key] = value
    case .refuse:
      let name = JSONValue.string(printable(key.unicodeScalars.prefix(80))).serialized()
      throw failure("expected each member once, found \(name) again", at: start)
    }
  }

  private mutating func enter() throws(JSONError) {
    guard depthLeft > 0 else {
      let limit = min(max(options.maximumDepth, 0), Self.depthCeiling)
      throw failure("expected at most \(limit) nested arrays and objects, found more", at: offset)
    }
    depthLeft -= 1
    offset += 1
  }

  private mutating func leave(with close: UInt8, expecting expected: String) throws(JSONError) {
    guard byte(at: offset) == close else {
      throw failure("expected \(expected), found \(found(at: offset))", at: offset)
    }
    offset += 1
    depthLeft += 1
  }

  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = offset
    if byte(at: offset) == Byte.minus { offset += 1 }
    if byte(at: offset) == Byte.zero {
      offset += 1
      if isDigit(at: offset) {
        throw failure("expected a number without leading zeros, found one", at: start)
      }
    } else {
      try digits(after: "a minus sign")
    }
    if byte(at: offset) == Byte.point {
      offset += 1
      try digits(after: "a decimal point")
    }
    if let mark = byte(at: offset), mark | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if let sign = byte(at: offset), sign == Byte.plus || sign == Byte.minus { offset += 1 }
      try digits(after: "an exponent's mark")
    }
    return JSONNumber(checked: String(decoding: text[start..<offset], as: UTF8.self))
  }

  private mutating func digits(after place: String) throws(JSONError) {
    guard isDigit(at: offset) else {
      throw failure("expected a digit after \(place), found \(found(at: offset))", at: offset)
    }
    while isDigit(at: offset) { offset += 1 }
  }

  private func isDigit(at offset: Int) -> Bool {
    guard let byte = byte(at: offset) else { return false }
    return byte >= Byte.zero && byte <= Byte.nine
  }

  private mutating func skipWhitespace() {
    while let byte = byte(at: offset),
      byte == Byte.space || byte == Byte.lineFeed || byte == Byte.carriageReturn
        || byte == Byte.tab
    {
      offset += 1
    }
  }

  /// nil at and after the end.
  @inline(__always) func byte(at offset: Int) -> UInt8? {
    offset < text.count ? text[offset] : nil
  }

  func failure(_ message: String, at offset: Int) -> JSONError {
    JSONError(message, at: offset, of: text)
  }

  /// What stands at a place, for messages: "'x'", "the end".
  func found(at offset: Int) -> String {
    guard offset < text.count else { return "the end" }
    // Four bytes hold any scalar; whatever follows the first one is dropped.
    let near = String(decoding: text[offset..<min(offset + 4, text.count)], as: UTF8.self)
    guard let scalar = near.unicodeScalars.first else { return "the end" }
    // Not as it is: a terminal would obey it.
    if scalar.properties.generalCategory == .control {
      return "the control character U+\(hexadecimal(UInt16(truncatingIfNeeded: scalar.value)))"
    }
    return "'\(Character(scalar))'"
  }
}

/// Four upper-case hexadecimal digits.
func hexadecimal(_ unit: UInt16) -> String {
  let digits = String(unit, radix: 16, uppercase: true)
  return String(repeating: "0", count: 4 - digits.count) + digits
}
