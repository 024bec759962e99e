/// Walks over text in UTF-8, scalar by scalar.
extension UnsafeBufferPointer<UInt8> {
  /// The scalar at a position, and the position after it; U+FFFD for a byte that begins none.
  ///
  /// - Parameter position: Below `count`.
  @inline(__always)
  func scalar(at position: inout Int) -> Unicode.Scalar {
    let first = self[position]
    if first < 0x80 {
      position += 1
      return Unicode.Scalar(first)
    }
    return longScalar(at: &position)
  }

  private func longScalar(at position: inout Int) -> Unicode.Scalar {
    let first = UInt32(self[position])
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, position + length <= count else {
      position += 1
      return "\u{FFFD}"
    }
    var value = first & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(self[position + offset] & 0x3F) }
    position += length
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  /// Whether some bytes stand at a position.
  func has(_ text: [UInt8], at position: Int) -> Bool {
    guard text.count <= count - position else { return false }
    for offset in text.indices where self[position + offset] != text[offset] { return false }
    return true
  }
}

extension [UInt8] {
  /// Appends a scalar in UTF-8.
  @inline(__always)
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      append(UInt8(truncatingIfNeeded: scalar.value))
    } else {
      append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
  }

  /// Whether all is ASCII.
  var isASCII: Bool { allSatisfy { $0 < 0x80 } }

  /// The scalars of text in UTF-8.
  var scalars: [Unicode.Scalar] {
    withUnsafeBufferPointer { bytes in
      var scalars: [Unicode.Scalar] = []
      scalars.reserveCapacity(bytes.count)
      var position = 0
      while position < bytes.count { scalars.append(bytes.scalar(at: &position)) }
      return scalars
    }
  }

  /// Scalars in UTF-8.
  init(encoding scalars: some Sequence<Unicode.Scalar>) {
    self = []
    for scalar in scalars { append(scalar) }
  }
}
