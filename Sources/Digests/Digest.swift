/// A SHA-256 digest: tells contents apart, even ones made to be mistaken for each other.
package struct Digest: Sendable, Hashable {
  /// How many bytes a digest has.
  package static let byteCount = 32

  private let words: SIMD4<UInt64>

  /// The digest with these bytes; nil unless there are 32.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words = SIMD4<UInt64>()
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    self.words = words
  }

  init(words: SIMD4<UInt64>) {
    self.words = words
  }

  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Swift.withUnsafeBytes(of: words, body)
  }

  /// In lower-case digits, as tools print it.
  package var hexadecimal: String { bytes.hexadecimal }

  /// The first eight bytes, as a checksum.
  package var checksum: Int64 { Int64(bitPattern: UInt64(littleEndian: words[0])) }
}

extension [UInt8] {
  /// Two lower-case digits a byte, as tools print digests.
  package var hexadecimal: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
