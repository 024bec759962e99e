/// A canonical Huffman code for writing (RFC 1951, 3.2.2).
package struct HuffmanEncoder {
  /// Bits of each symbol's code; 0 for symbols without one.
  package let lengths: [UInt8]
  /// The codes, their first bit in the least significant place.
  private let codes: [UInt16]

  /// The code of given lengths, which fit a code.
  init(lengths: [UInt8]) {
    self.lengths = lengths
    var counts = [Int](repeating: 0, count: HuffmanCode.longest + 2)
    for length in lengths where length > 0 { counts[Int(length) + 1] += 1 }
    var next = [Int](repeating: 0, count: HuffmanCode.longest + 2)
    for length in 1...HuffmanCode.longest {
      next[length] = (next[length - 1] + counts[length]) << 1
    }
    codes = lengths.map { length in
      guard length > 0 else { return 0 }
      var reversed: UInt16 = 0
      for bit in 0..<length where next[Int(length)] >> Int(bit) & 1 == 1 {
        reversed |= 1 << UInt16(length - 1 - bit)
      }
      next[Int(length)] += 1
      return reversed
    }
  }

  /// A code that is short for frequent symbols.
  ///
  /// - Parameter longest: No code has more bits.
  package init(frequencies: [Int], longest: Int) {
    self.init(lengths: Self.lengths(frequencies, longest: longest))
  }

  func write(_ symbol: Int, to output: inout BitWriter) {
    output.write(Int(codes[symbol]), Int(lengths[symbol]))
  }

  /// Bits that so many of each symbol take.
  func size(of frequencies: [Int]) -> Int {
    zip(frequencies, lengths).reduce(0) { $0 + $1.0 * Int($1.1) }
  }

  /// Huffman's tree; codes that are too long are shortened, and others made longer for it.
  private static func lengths(_ frequencies: [Int], longest: Int) -> [UInt8] {
    var lengths = [UInt8](repeating: 0, count: frequencies.count)
    let symbols = frequencies.indices.filter { frequencies[$0] > 0 }
      .sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
    guard symbols.count > 1 else {
      for symbol in symbols { lengths[symbol] = 1 }
      return lengths
    }
    var counts = countsByLength(weights: symbols.map { frequencies[$0] }, longest: longest)
    // A code of b bits takes 2^(longest − b) of the 2^longest places.
    var places = counts.enumerated().reduce(0) { $0 + $1.element << (longest - $1.offset) }
    while places > 1 << longest {
      // A shorter code becomes the first half of itself; the other half is for one of the longest.
      guard let shorter = (1..<longest).last(where: { counts[$0] > 0 }) else { break }
      counts[shorter] -= 1
      counts[shorter + 1] += 2
      counts[longest] -= 1
      places -= 1
    }
    var rest = symbols[...]
    for length in counts.indices.reversed() {
      for symbol in rest.prefix(counts[length]) { lengths[symbol] = UInt8(length) }
      rest = rest.dropFirst(counts[length])
    }
    return lengths
  }

  /// How many leaves of the tree are how deep; those below `longest` count as at it.
  ///
  /// - Parameter weights: Of the leaves, rising; two at least.
  private static func countsByLength(weights leaves: [Int], longest: Int) -> [Int] {
    // Leaves, then inner nodes: each of the two parts rises, so that the lightest is first in one.
    var weights = leaves
    var parents = [Int](repeating: 0, count: 2 * leaves.count - 1)
    var leaf = 0
    var inner = leaves.count
    func takeLightest() -> Int {
      let isLeaf =
        leaf < leaves.count && (inner == weights.count || weights[leaf] <= weights[inner])
      defer { if isLeaf { leaf += 1 } else { inner += 1 } }
      return isLeaf ? leaf : inner
    }
    while weights.count < parents.count {
      let pair = (takeLightest(), takeLightest())
      parents[pair.0] = weights.count
      parents[pair.1] = weights.count
      weights.append(weights[pair.0] + weights[pair.1])
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for node in parents.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
    var counts = [Int](repeating: 0, count: longest + 1)
    for depth in depths.prefix(leaves.count) { counts[min(depth, longest)] += 1 }
    return counts
  }
}
