#if canImport(Darwin)
  import Foundation
#else
  // The standard library decomposes strings to compare them; Foundation would do it with 41 MB of
  // ICU.
  @_spi(_Unicode) import Swift
#endif

extension Unicode.Scalar {
  /// The scalar's full canonical decomposition (NFD): itself if it has none.
  var canonicalDecomposition: [Unicode.Scalar] {
    #if canImport(Darwin)
      Array(String(self).decomposedStringWithCanonicalMapping.unicodeScalars)
    #else
      Array(String(self)._nfd)
    #endif
  }
  /// The letters of a Hangul syllable; nil for anything else.
  ///
  /// Source: The Unicode Standard, section 3.12. There are 11,172 of them, so this is for speed.
  var hangulDecomposition:
    (leading: Unicode.Scalar, vowel: Unicode.Scalar, trailing: Unicode.Scalar?)?
  {
    guard (0xAC00...0xD7A3).contains(value) else { return nil }
    let index = value - 0xAC00
    guard let leading = Unicode.Scalar(0x1100 + index / (21 * 28)),
      let vowel = Unicode.Scalar(0x1161 + index / 28 % 21)
    else { return nil }
    return (leading, vowel, index % 28 == 0 ? nil : Unicode.Scalar(0x11A7 + index % 28))
  }
}
