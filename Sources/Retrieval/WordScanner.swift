/// Finds the words of a text, as `TextAnalysis` defines them.
enum WordScanner {
  /// Bytes of a word that count; what is behind them is left out (Lucene's limit is 255 characters).
  static let longestWord = 255

  /// Calls `body` with each word in order, in lower case; the bytes are valid during the call only.
  static func forEachWord(in text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    var text = text
    text.withUTF8 { bytes in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longestWord) { buffer in
        var word = Word(bytes: buffer)
        var index = 0
        while index < bytes.count {
          let byte = bytes[index]
          if byte < 0x80 {
            index += 1
            switch asciiClasses[Int(byte)] {
            case .letter: word.append(letter: byte | 0x20)
            case .digit: word.append(other: byte)
            case .apostrophe: word.apostrophe(isBeforeLetter: isLetter(at: index, in: bytes), body)
            case .gap: word.end(body)
            }
          } else {
            let (scalar, length) = decode(at: index, in: bytes)
            index += length
            switch kind(of: scalar) {
            case .letter:
              for byte in scalar.properties.lowercaseMapping.utf8 { word.append(letter: byte) }
            case .number: for byte in String(scalar).utf8 { word.append(other: byte) }
            case .mark:
              // A mark belongs to the letter before it.
              if !word.isEmpty { for byte in String(scalar).utf8 { word.append(mark: byte) } }
            case .syllable:
              word.end(body)
              for byte in String(scalar).utf8 { word.append(letter: byte) }
              word.end(body)
            case .apostrophe: word.apostrophe(isBeforeLetter: isLetter(at: index, in: bytes), body)
            case .ignored: break
            case .gap: word.end(body)
            }
          }
        }
        word.end(body)
      }
    }
  }

  // MARK: The word being read

  private struct Word {
    let bytes: UnsafeMutableBufferPointer<UInt8>
    var count = 0
    var endsInLetter = false

    var isEmpty: Bool { count == 0 }

    mutating func append(letter: UInt8) {
      append(mark: letter)
      endsInLetter = true
    }

    mutating func append(other: UInt8) {
      append(mark: other)
      endsInLetter = false
    }

    mutating func append(mark: UInt8) {
      guard count < bytes.count else { return }
      bytes[count] = mark
      count += 1
    }

    mutating func apostrophe(
      isBeforeLetter: Bool, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
      guard count > 0, endsInLetter, isBeforeLetter else { return end(body) }
      append(other: UInt8(ascii: "'"))
    }

    mutating func end(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
      guard count > 0 else { return }
      if count > 2, bytes[count - 1] == UInt8(ascii: "s"), bytes[count - 2] == UInt8(ascii: "'") {
        count -= 2
      }
      body(UnsafeBufferPointer(rebasing: bytes[..<count]))
      count = 0
      endsInLetter = false
    }
  }

  // MARK: Characters

  private enum ASCIIClass: UInt8 {
    case gap
    case letter
    case digit
    case apostrophe
  }

  private static let asciiClasses: [ASCIIClass] = (0..<128).map { (code: UInt8) in
    switch code {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "'"): .apostrophe
    default: .gap
    }
  }

  private enum Kind {
    case letter
    case number
    case mark
    /// An ideograph or Hiragana letter.
    case syllable
    case apostrophe
    /// A soft hyphen, a joiner: not there for the reader.
    case ignored
    case gap
  }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    if scalar == "\u{2019}" || scalar == "\u{FF07}" { return .apostrophe }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      let isSyllable = properties.isIdeographic || (0x3041...0x309F).contains(scalar.value)
      return isSyllable ? .syllable : .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
    case .format: return .ignored
    default: return .gap
    }
  }

  private static func isLetter(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard index < bytes.count else { return false }
    if bytes[index] < 0x80 { return asciiClasses[Int(bytes[index])] == .letter }
    return kind(of: decode(at: index, in: bytes).scalar) == .letter
  }

  /// The scalar that starts at an index of well-formed UTF-8, and its number of bytes.
  private static func decode(
    at index: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, length: Int) {
    let length = bytes[index] < 0xE0 ? 2 : bytes[index] < 0xF0 ? 3 : 4
    var value = UInt32(bytes[index]) & (0x7F >> UInt32(length))
    for next in bytes[(index + 1)..<min(index + length, bytes.count)] {
      value = value << 6 | UInt32(next & 0x3F)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }
}
