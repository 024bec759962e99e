extension JSONParser {
  /// A string from its opening quote; `offset` ends after the closing one.
  mutating func string() throws(JSONError) -> String {
    let opening = offset
    offset += 1
    var run = offset
    skipPlainBytes(opening)
    if byte(at: offset) == Byte.quote {
      let plain = String(decoding: text[run..<offset], as: UTF8.self)
      offset += 1
      return plain
    }

    var bytes: [UInt8] = []
    while true {
      bytes.append(contentsOf: text[run..<offset])
      switch byte(at: offset) {
      case Byte.quote:
        offset += 1
        return String(decoding: bytes, as: UTF8.self)
      case Byte.backslash:
        try escape(into: &bytes)
      case nil:
        throw failure("expected a closing quote for this string, found the end", at: opening)
      default:
        let found = found(at: offset)
        throw failure("expected control characters in strings escaped, found \(found)", at: offset)
      }
      run = offset
      skipPlainBytes(opening)
    }
  }

  /// Moves to the next quote, backslash or control character, or to the end.
  private mutating func skipPlainBytes(_ opening: Int) {
    // Eight bytes at a time: in each byte of `stops` the top bit is set if that byte may be a quote,
    // a backslash or below 0x20 (or follows one that is, by the borrow: then the bytes decide).
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    while offset + 8 <= text.count {
      let word = text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let quotes = word ^ (ones &* UInt64(Byte.quote))
      let backslashes = word ^ (ones &* UInt64(Byte.backslash))
      let stops =
        (((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
          | ((word &- (ones &* 0x20)) & ~word)) & tops
      if stops != 0 { break }
      offset += 8
    }
    while let byte = byte(at: offset), byte >= 0x20, byte != Byte.quote, byte != Byte.backslash {
      offset += 1
    }
  }

  /// Appends what an escape at `offset` stands for.
  private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    let start = offset
    let letter = byte(at: start + 1)
    offset += 2
    switch letter {
    case Byte.quote, Byte.backslash, UInt8(ascii: "/"): if let letter { bytes.append(letter) }
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(Byte.lineFeed)
    case UInt8(ascii: "r"): bytes.append(Byte.carriageReturn)
    case UInt8(ascii: "t"): bytes.append(Byte.tab)
    case UInt8(ascii: "u"): bytes.append(contentsOf: Array(String(try scalar(start)).utf8))
    default:
      throw failure(
        "expected one of \"\\/bfnrtu after a backslash, found \(found(at: start + 1))",
        at: start + 1)
    }
  }

  /// The scalar of a `\u` escape that starts at `start`, with the second half of a surrogate pair.
  private mutating func scalar(_ start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let afterFirst = offset
    if UTF16.isLeadSurrogate(first), byte(at: offset) == Byte.backslash,
      byte(at: offset + 1) == UInt8(ascii: "u")
    {
      offset += 2
      let second = try codeUnit()
      if UTF16.isTrailSurrogate(second) {
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
      }
      offset = afterFirst
    }
    switch options.loneSurrogates {
    case .replace: return "\u{FFFD}"
    case .refuse:
      let unit = hexadecimal(first)
      throw failure("expected a surrogate pair, found half of one (\\u\(unit))", at: start)
    }
  }

  /// Four hexadecimal digits.
  private mutating func codeUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = byte(at: offset), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else {
        throw failure(
          "expected four hexadecimal digits after \\u, found \(found(at: offset))", at: offset)
      }
      unit = unit << 4 | UInt16(truncatingIfNeeded: digit)
      offset += 1
    }
    return unit
  }
}
