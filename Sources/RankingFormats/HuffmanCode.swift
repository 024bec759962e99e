/// A canonical Huffman code (RFC 1951, 3.2.2).
///
/// Short codes are looked up in a table; longer ones are walked bit by bit, so that a hostile file
/// of many small blocks cannot make us build large tables.
struct HuffmanCode {
  /// Bits of the longest code that the format allows.
  static let longest = 15
  private static let tableBits = 10

  /// By the next bits: symbol << 4 | length; 0 where the code is longer than the table's bits.
  private var table = [UInt16](repeating: 0, count: 1 << tableBits)
  /// How many codes there are of each length.
  private var counts = [Int](repeating: 0, count: longest + 1)
  /// By length, then by value.
  private var symbols: [UInt16] = []

  /// A code from the lengths of its symbols' codes, 0 for symbols that do not occur.
  ///
  /// nil if the lengths fit no code, or leave bits without a meaning; a single code of one bit is
  /// allowed to.
  init?(lengths: some Collection<UInt8>) {
    for length in lengths { counts[Int(length)] += 1 }
    let used = lengths.count - counts[0]
    counts[0] = 0
    var free = 1
    for length in 1...Self.longest {
      free = free * 2 - counts[length]
      guard free >= 0 else { return nil }
    }
    guard free == 0 || used == 0 || (used == 1 && counts[1] == 1) else { return nil }

    var offsets = [Int](repeating: 0, count: Self.longest + 2)
    var codes = [Int](repeating: 0, count: Self.longest + 2)
    for length in 1...Self.longest {
      offsets[length + 1] = offsets[length] + counts[length]
      codes[length + 1] = (codes[length] + counts[length]) << 1
    }
    symbols = [UInt16](repeating: 0, count: used)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[offsets[length]] = UInt16(symbol)
      offsets[length] += 1
      if length <= Self.tableBits { enter(symbol, code: codes[length], length) }
      codes[length] += 1
    }
  }

  /// The symbol at the start of some bits, and its code's length; nil if none is.
  func symbol(of bits: UInt16) -> (symbol: Int, length: Int)? {
    let entry = table[Int(bits) & ((1 << Self.tableBits) - 1)]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    var code = 0
    var first = 0
    var index = 0
    for length in 1...Self.longest {
      code |= Int(bits >> UInt16(length - 1)) & 1
      let count = counts[length]
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }

  /// Codes stand in the file with their first bit in the least significant place.
  private mutating func enter(_ symbol: Int, code: Int, _ length: Int) {
    var reversed = 0
    for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
    for index in stride(from: reversed, to: table.count, by: 1 << length) {
      table[index] = UInt16(symbol << 4 | length)
    }
  }
}
