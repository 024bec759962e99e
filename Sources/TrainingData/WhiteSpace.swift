extension Unicode.Scalar {
  fileprivate var isSpace: Bool {
    value < 0x80 ? value == 0x20 || 0x09...0x0D ~= value : properties.isWhitespace
  }
}

extension String {
  /// Whether there is nothing but white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.isSpace) }

  /// The words with one space between each two: texts that differ in white space alone are equal so.
  var withSingleSpaces: String {
    let words = unicodeScalars.split(whereSeparator: \.isSpace)
    let joined = words.map { String($0) }.joined(separator: " ")
    // Mostly nothing changes: one copy is enough then.
    return joined == self ? self : joined
  }
}
