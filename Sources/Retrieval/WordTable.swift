/// Numbers words by their first appearance: a hash table whose words lie end to end.
struct WordTable {
  private var slots: [UInt32]
  private var hashes: [UInt32] = []
  private var bytes: [UInt8] = []
  /// Where each word ends in `bytes`.
  private var ends: [Int] = []

  init() {
    slots = [UInt32](repeating: 0, count: 1 << 12)
  }

  var count: Int { hashes.count }

  subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// The number of a word; a word that was not there gets the next one.
  mutating func insert(_ word: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(word)
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if hashes[index] == hash, self[index].elementsEqual(word) { return (index, false) }
      slot = (slot + 1) & mask
    }
    let index = count
    hashes.append(hash)
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
    slots[slot] = UInt32(index + 1)
    // At most half full, so that runs of taken slots stay short.
    if count * 2 > slots.count { grow() }
    return (index, true)
  }

  mutating func removeAll() {
    self = WordTable()
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    slots = [UInt32](repeating: 0, count: mask + 1)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(hash) & mask
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = UInt32(index + 1)
    }
  }

  /// FNV-1a (Fowler, Noll, Vo), folded to 32 bits.
  private static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
  }
}
