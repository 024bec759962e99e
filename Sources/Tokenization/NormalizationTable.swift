/// SentencePiece's normalisation table: a trie of prefixes and the texts that replace them.
///
/// Layout: the trie's byte count (little-endian, 32 bits), the trie (a `DoubleArray`), then the
/// replacements, each ending in NUL. A trie's number is the position of one.
///
/// Source: builder.cc and normalizer.cc of google/sentencepiece.
struct NormalizationTable: Sendable {
  private let trie: DoubleArray
  private let replacements: [UInt8]

  /// normalizer.h: kMaxTrieResultsSize, which libsentencepiece does not check.
  private static let maximumNestedPrefixes = 32

  /// A table that replaces nothing.
  init() {
    trie = DoubleArray(units: [])
    replacements = []
  }

  /// Reads a table, and checks that no text leads a reader out of it.
  ///
  /// - Parameter range: Where the table lies; an empty one replaces nothing.
  init(_ bytes: [UInt8], in range: Range<Int>) throws(ProtobufReader.Malformed) {
    guard !range.isEmpty else {
      self.init()
      return
    }
    func malformed(_ reason: String) -> ProtobufReader.Malformed {
      ProtobufReader.Malformed(reason: reason, offset: range.lowerBound)
    }
    guard range.count > 4 else {
      throw malformed("expected more than 4 bytes of normalisation table, found \(range.count)")
    }
    let start = range.lowerBound + 4
    let count = Int(Self.word(bytes, at: range.lowerBound))
    guard count > 0, count % 4 == 0, count < range.count - 4 else {
      throw malformed(
        "expected a normalisation trie of 1..<\(range.count - 4) bytes in fours, found \(count)")
    }
    guard bytes[range.upperBound - 1] == 0 else {
      throw malformed("expected NUL at the end of the normalisation table")
    }
    self.init(
      trie: DoubleArray(
        units: stride(from: start, to: start + count, by: 4).map { Self.word(bytes, at: $0) }),
      replacements: Array(bytes[start + count..<range.upperBound]))
    let flaw = trie.flaw(
      numbersBelow: replacements.count, nestedPrefixes: Self.maximumNestedPrefixes)
    if let flaw { throw malformed("\(flaw), in the normalisation table") }
  }

  private init(trie: DoubleArray, replacements: [UInt8]) {
    self.trie = trie
    self.replacements = replacements
  }

  /// The replacement of the shortest prefix of some text that the table knows; nil if none.
  ///
  /// The shortest, not the longest: Hugging Face's normaliser takes the first hit.
  func replacementOfShortestPrefix(of text: some Sequence<UInt8>) -> ArraySlice<UInt8>? {
    trie.numberOfShortestPrefix(of: text).map { replacements[$0...].prefix { $0 != 0 } }
  }

  /// A text as Hugging Face's `Precompiled` normaliser leaves it: graphemes replaced, or else their
  /// scalars.
  func normalized(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for character in text {
      let bytes = character.utf8
      // That normaliser's own limit: only graphemes this short are looked up whole.
      if bytes.count < 6, let replacement = replacementOfShortestPrefix(of: bytes) {
        result.append(contentsOf: replacement)
        continue
      }
      for scalar in character.unicodeScalars {
        let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        if let replacement = replacementOfShortestPrefix(of: bytes) {
          result.append(contentsOf: replacement)
        } else {
          result.append(contentsOf: bytes)
        }
      }
    }
    return result
  }

  private static func word(_ bytes: [UInt8], at start: Int) -> UInt32 {
    UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
      | UInt32(bytes[start + 3]) << 24
  }
}
