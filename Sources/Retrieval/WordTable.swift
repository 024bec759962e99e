#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Numbers words by their first appearance: a hash table whose words lie end to end.
struct WordTable {
  private struct Word {
    let start: Int
    let count: Int
  }

  /// The upper half of a slot is the word's hash, the lower half its number plus one; 0 is free.
  private var slots: [UInt64]
  private var words: [Word] = []
  private var bytes: [UInt8] = []

  init() {
    slots = [UInt64](repeating: 0, count: 1 << 12)
  }

  var count: Int { words.count }

  subscript(index: Int) -> ArraySlice<UInt8> {
    let word = words[index]
    return bytes[word.start..<(word.start + word.count)]
  }

  /// The number of a word; a word that was not there gets the next one.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(word)
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash {
        let index = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if isEqual(words[index], to: word) { return (index, false) }
      }
      slot = (slot + 1) & mask
    }
    let index = count
    words.append(Word(start: bytes.count, count: word.count))
    bytes.append(contentsOf: word)
    slots[slot] = hash << 32 | UInt64(index + 1)
    // At most half full, so that runs of taken slots stay short.
    if count * 2 > slots.count { grow() }
    return (index, true)
  }

  private func isEqual(_ stored: Word, to word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard stored.count == word.count else { return false }
    return bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, let other = word.baseAddress else { return true }
      // Inside: the word's bytes were appended.
      return memcmp(base + stored.start, other, stored.count) == 0
    }
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    var larger = [UInt64](repeating: 0, count: mask + 1)
    for taken in slots where taken != 0 {
      var slot = Int(taken >> 32) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = taken
    }
    slots = larger
  }

  /// FNV-1a (Fowler, Noll, Vo), folded to 32 bits.
  private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (hash ^ hash >> 32) & 0xFFFF_FFFF
  }
}
