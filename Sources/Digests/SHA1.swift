import CDigests

/// SHA-1 of some bytes (FIPS 180-4), by which git names contents.
///
/// It tells damage from good content; it does not withstand who means to deceive.
package struct SHA1: Sendable {
  /// How many bytes a digest has.
  package static let byteCount = 20

  private var state = cdigests_state()

  /// Begins with nothing.
  package init() {
    csha1_begin(&state)
  }

  /// Adds some bytes, without their number.
  package mutating func addRaw(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    csha1_add(&state, bytes.baseAddress, bytes.count)
  }

  /// The 20 bytes of the digest of everything so far.
  package var digest: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.byteCount) { bytes, count in
      withUnsafePointer(to: state) { state in
        // Inside: the capacity is the digest's size.
        csha1_digest(state, bytes.baseAddress)
      }
      count = Self.byteCount
    }
  }
}
