/// XXH64 (Yann Collet, "xxHash fast digest algorithm"), seed 0: tells whether bytes have changed.
///
/// It finds accidents, not forgeries.
package struct ContentHash {
  private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5
  private static let stripe = 32

  private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
    prime1 &+ prime2, prime2, 0, 0 &- prime1
  )
  private var tail: [UInt8] = []
  private var total: UInt64 = 0

  /// The hash of some bytes.
  package static func digest(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = ContentHash()
    hash.update(bytes)
    return hash.digest
  }

  /// The hash of a text's UTF-8.
  static func digest(of text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { digest(of: UnsafeRawBufferPointer($0)) }
  }

  /// Adds bytes behind those before.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    total += UInt64(bytes.count)
    var rest = bytes[...]
    if !tail.isEmpty {
      let missing = rest.prefix(Self.stripe - tail.count)
      tail.append(contentsOf: missing)
      rest = rest.dropFirst(missing.count)
      guard tail.count == Self.stripe else { return }
      tail.withUnsafeBytes { consume($0) }
      tail.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / Self.stripe * Self.stripe
    consume(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)))
    tail.append(contentsOf: rest.dropFirst(whole))
  }

  /// The hash of everything so far.
  var digest: UInt64 {
    var hash: UInt64
    if total >= UInt64(Self.stripe) {
      hash =
        rotate(lanes.0, 1) &+ rotate(lanes.1, 7) &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
      for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
        hash = (hash ^ round(0, lane)) &* Self.prime1 &+ Self.prime4
      }
    } else {
      hash = Self.prime5
    }
    hash &+= total
    tail.withUnsafeBytes { tail in
      var index = 0
      while index + 8 <= tail.count {
        let word = UInt64(littleEndian: tail.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        hash = rotate(hash ^ round(0, word), 27) &* Self.prime1 &+ Self.prime4
        index += 8
      }
      if index + 4 <= tail.count {
        let word = UInt32(littleEndian: tail.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        hash = rotate(hash ^ UInt64(word) &* Self.prime1, 23) &* Self.prime2 &+ Self.prime3
        index += 4
      }
      for byte in tail[index...] {
        hash = rotate(hash ^ UInt64(byte) &* Self.prime5, 11) &* Self.prime1
      }
    }
    hash = (hash ^ hash >> 33) &* Self.prime2
    hash = (hash ^ hash >> 29) &* Self.prime3
    return hash ^ hash >> 32
  }

  /// Takes whole stripes.
  private mutating func consume(_ bytes: UnsafeRawBufferPointer) {
    var (a, b, c, d) = lanes
    for start in stride(from: 0, to: bytes.count, by: Self.stripe) {
      // Inside: the count is a multiple of the stripe.
      a = round(a, word(bytes, start))
      b = round(b, word(bytes, start + 8))
      c = round(c, word(bytes, start + 16))
      d = round(d, word(bytes, start + 24))
    }
    lanes = (a, b, c, d)
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  private func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* Self.prime2, 31) &* Self.prime1
  }

  private func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    value << count | value >> (64 - count)
  }
}
