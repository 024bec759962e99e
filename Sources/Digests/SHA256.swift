import CDigests

/// SHA-256 of fields one after another (FIPS 180-4).
///
/// Texts and lists of bytes are preceded by their length, so that no two different rows of fields
/// have the same bytes.
package struct SHA256: Sendable {
  private var state = cdigests_state()

  /// Begins with the name of what is hashed, so that digests for two purposes never meet.
  package init(of purpose: String) {
    self.init()
    add(purpose)
  }

  /// Begins with nothing.
  package init() {
    csha256_begin(&state)
  }

  /// The digest of some bytes and nothing else.
  package static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
    var hash = SHA256()
    hash.addRaw(bytes)
    return hash.digest
  }

  /// Adds a text: its length in UTF-8, and its bytes.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  /// Adds some bytes, with their number before them.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(bytes.count)
    addRaw(bytes)
  }

  /// Adds some bytes, with their number before them.
  package mutating func add(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { add($0) }
  }

  /// Adds a number, as eight bytes.
  package mutating func add(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { addRaw($0) }
  }

  /// Adds a digest.
  package mutating func add(_ digest: Digest) {
    digest.withUnsafeBytes { addRaw($0) }
  }

  /// The digest of everything so far.
  package var digest: Digest {
    var words = SIMD4<UInt64>()
    withUnsafeMutableBytes(of: &words) { bytes in
      withUnsafePointer(to: state) { state in
        // Inside: four words are the digest's 32 bytes.
        csha256_digest(state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
      }
    }
    return Digest(words: words)
  }

  /// Adds some bytes, without their number: for contents that others hash too.
  package mutating func addRaw(_ bytes: UnsafeRawBufferPointer) {
    csha256_add(&state, bytes.baseAddress, bytes.count)
  }
}
