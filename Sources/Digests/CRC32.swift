/// The checksum of gzip (RFC 1952, 8) and zip.
package struct CRC32: Sendable {
  private var state = UInt32.max

  /// The checksum of nothing so far.
  package init() {}

  /// The checksum of all bytes so far.
  package var value: UInt32 { ~state }

  /// Adds bytes.
  package mutating func update(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Adds bytes, eight at a time (Intel's slicing-by-8, 2006): whole models are checked with it.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    Self.tables.withUnsafeBufferPointer { tables in
      var state = state
      var place = 0
      // In bounds: eight bytes are left, and each index is a table's start plus a byte.
      while bytes.count - place >= 8 {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        let mixed = word ^ UInt64(state)
        state = 0
        for index in 0..<8 {
          let byte = Int(truncatingIfNeeded: mixed >> UInt64(8 * index) & 0xFF)
          state ^= tables[(7 - index) << 8 | byte]
        }
        place += 8
      }
      while place < bytes.count {
        state = tables[Int(UInt8(truncatingIfNeeded: state) ^ bytes[place])] ^ (state >> 8)
        place += 1
      }
      self.state = state
    }
  }

  /// Eight tables of 256: what a byte adds that is followed by 0 to 7 others.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
      }
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables.append(tables[Int(before & 0xFF)] ^ (before >> 8))
    }
    return tables
  }()
}
