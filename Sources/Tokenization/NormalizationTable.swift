/// SentencePiece's normalisation table: a trie of prefixes and the texts that replace them.
///
/// Layout: the trie's byte count (little-endian, 32 bits), the trie (a Darts double array of 32-bit
/// units), then the replacements, each ending in NUL. A trie's value is the position of one.
///
/// Source: builder.cc and normalizer.cc of google/sentencepiece, darts.h of darts-clone.
struct NormalizationTable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// Checks the lengths of a table, so that no reader starts outside it.
  static func checkFrame(
    of bytes: [UInt8], in range: Range<Int>
  ) throws(ProtobufReader.Malformed) {
    guard !range.isEmpty else { return }
    let start = range.lowerBound
    guard range.count > 4 else {
      throw ProtobufReader.Malformed(
        reason: "expected more than 4 bytes of normalisation table, found \(range.count)",
        offset: start)
    }
    let count = Int(word(bytes, at: start))
    // A Darts array is built in blocks of 256 units.
    guard count >= 1024, count % 4 == 0, count < range.count - 4 else {
      throw ProtobufReader.Malformed(
        reason: "expected a normalisation trie of 1024..<\(range.count - 4) bytes in fours, "
          + "found \(count)", offset: start)
    }
    guard bytes[range.upperBound - 1] == 0 else {
      throw ProtobufReader.Malformed(
        reason: "expected NUL at the end of the normalisation table", offset: range.upperBound - 1)
    }
  }

  /// - Parameter range: Where the table lies; `checkFrame` must have passed.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    guard !range.isEmpty else {
      units = []
      replacements = []
      return
    }
    let count = Int(Self.word(bytes, at: range.lowerBound))
    let trie = range.lowerBound + 4
    units = stride(from: trie, to: trie + count, by: 4).map { Self.word(bytes, at: $0) }
    replacements = Array(bytes[trie + count..<range.upperBound])
  }

  /// The replacement of the shortest prefix of some text that the table knows; nil if none.
  ///
  /// The shortest, not the longest: Hugging Face's normaliser takes the first hit.
  func replacementOfShortestPrefix(of text: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    guard var unit = units.first else { return nil }
    var node = Self.offset(unit)
    for byte in text {
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard node < units.count else { return nil }
      unit = units[node]
      // The highest bit marks a value, so a value never looks like a label.
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      guard node < units.count else { return nil }
      if unit >> 8 & 1 == 1 { return replacement(at: Int(units[node] & 0x7FFF_FFFF)) }
    }
    return nil
  }

  private func replacement(at start: Int) -> ArraySlice<UInt8>? {
    guard start < replacements.count else { return nil }
    let tail = replacements[start...]
    return tail[..<(tail.firstIndex(of: 0) ?? tail.endIndex)]
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }

  private static func word(_ bytes: [UInt8], at start: Int) -> UInt32 {
    UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
      | UInt32(bytes[start + 3]) << 24
  }
}
