/// The files of an index directory.
///
/// All numbers are little-endian; eight zero bytes end each file but
/// the header, so that an 8-byte load of the last value stays inside.
///
/// | file | holds |
/// |---|---|
/// | `index.json` | the header: format, settings, counts, sizes and hashes of the other files |
/// | `terms` | a `TermEntry` for each term, in byte order of the terms, and one that ends the last |
/// | `words` | the terms' bytes, end to end |
/// | `blocks` | a `BlockEntry` for each 128 postings of a term |
/// | `postings` | per block: gaps of document numbers less one, then frequencies less one, bit-packed |
/// | `lengths` | each document's number of terms, `UInt32` |
/// | `documents` | where each document begins in `store`, `UInt64`, and where the last one ends |
/// | `store` | per document: the identifier's byte count, `UInt32`; the identifier; the text |
enum IndexFile: String, CaseIterable {
  case terms
  case words
  case blocks
  case postings
  case lengths
  case documents
  case store

  static let header = "index.json"
  static let padding = BitPacking.padding

  /// Whether the file is small enough to be hashed whenever the index is opened.
  var isAlwaysVerified: Bool { self != .postings && self != .store }
}

/// What `terms` has for a term.
struct TermEntry {
  static let byteCount = 24

  var wordOffset: UInt32
  var firstBlock: UInt32
  var documentFrequency: UInt32
  var impacts: Impacts
  var postingsOffset: UInt64
}

extension TermEntry {
  /// - Parameter offset: `byteCount` bytes from it on are in `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    wordOffset = bytes.number(at: offset)
    firstBlock = bytes.number(at: offset + 4)
    documentFrequency = bytes.number(at: offset + 8)
    impacts = Impacts(packed: bytes.number(at: offset + 12))
    postingsOffset = bytes.number(at: offset + 16)
  }

  func write(to file: IndexFileWriter) throws(RetrievalError) {
    try file.write(wordOffset)
    try file.write(firstBlock)
    try file.write(documentFrequency)
    try file.write(impacts.packed)
    try file.write(postingsOffset)
  }
}

/// What `blocks` has for some postings of a term.
struct BlockEntry {
  static let byteCount = 16
  /// Postings of a block; a term's last one may have fewer.
  static let postings = 128

  var lastDocument: UInt32
  /// Where the block begins, from the term's first one.
  var offset: UInt32
  var impacts: Impacts
  var documentWidth: UInt8
  var frequencyWidth: UInt8
}

extension BlockEntry {
  /// - Parameter offset: `byteCount` bytes from it on are in `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    lastDocument = bytes.number(at: offset)
    self.offset = bytes.number(at: offset + 4)
    impacts = Impacts(packed: bytes.number(at: offset + 8))
    documentWidth = bytes[offset + 12]
    frequencyWidth = bytes[offset + 13]
  }

  func write(to file: IndexFileWriter) throws(RetrievalError) {
    try file.write(lastDocument)
    try file.write(offset)
    try file.write(impacts.packed)
    try file.write(UInt32(documentWidth) | UInt32(frequencyWidth) << 8)
  }
}

extension UnsafeRawBufferPointer {
  /// A little-endian number.
  ///
  /// - Parameter offset: The number's bytes from it on are in the buffer: not checked in release.
  @inline(__always)
  func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }
}
