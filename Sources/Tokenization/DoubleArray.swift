/// A trie of byte strings with a number each, as darts-clone stores it: 32 bits a unit.
///
/// A unit has a label (bits 0–7, and bit 31 to be unlike any byte), whether a string ends at it (bit
/// 8), and an offset (bits 10–30, shifted left by 8 if bit 9 is set). From the unit at position p the
/// unit for byte b is at p xor offset xor b if that unit's label is b, and the number of the string
/// that ends at p is in bits 0–30 of the unit at p xor offset.
///
/// Source: darts.h of s-yata/darts-clone.
struct DoubleArray: Sendable {
  private let units: [UInt32]

  /// Darts allots units in blocks, so that no byte leads out of one.
  static let blockSize = 256

  init(units: [UInt32]) { self.units = units }

  /// The number of the shortest prefix of a text that the trie holds; nil if it holds none.
  func numberOfShortestPrefix(of text: some Sequence<UInt8>) -> Int? {
    guard !units.isEmpty else { return nil }
    var base = base(of: 0)
    for byte in text {
      let position = base ^ Int(byte)
      guard byte != 0, position < units.count, label(of: position) == UInt32(byte) else {
        return nil
      }
      base = self.base(of: position)
      if endsString(at: position), base < units.count { return number(at: base) }
    }
    return nil
  }

  /// Why some text would lead a reader astray that trusts the trie as libsentencepiece does; nil if
  /// none does.
  ///
  /// - Parameters:
  ///   - limit: Numbers must be below it.
  ///   - prefixes: At most so many strings may begin one another.
  func flaw(numbersBelow limit: Int, nestedPrefixes prefixes: Int) -> String? {
    guard !units.isEmpty, units.count % Self.blockSize == 0 else {
      return "expected a trie in blocks of \(Self.blockSize) units, found \(units.count) units"
    }
    for position in units.indices where position == 0 || !isNumber(at: position) {
      let base = base(of: position)
      guard base < units.count else {
        return "expected units below \(units.count) in a trie, found a way to \(base)"
      }
      guard position == 0 || !endsString(at: position) || number(at: base) < limit else {
        return "expected numbers below \(limit) in a trie, found \(number(at: base))"
      }
    }
    guard let deepest = longestChain() else { return "expected a trie, found a circle" }
    guard deepest <= prefixes else {
      return
        "expected at most \(prefixes) strings that begin one another in a trie, found \(deepest)"
    }
    return nil
  }

  /// How many strings begin one another at most; nil if some way leads in a circle.
  ///
  /// Bases must be inside. Ways may join, so each unit's answer is found once and kept.
  private func longestChain() -> Int? {
    // Units in lists by the base they hang on; 0 ends a list, so positions count from 1.
    var first = [Int32](repeating: 0, count: units.count)
    var next = first
    for position in units.indices.reversed() where !isNumber(at: position) {
      let base = position ^ Int(units[position] & 0xFF)
      next[position] = first[base]
      first[base] = Int32(position + 1)
    }
    let unseen: Int32 = -1
    let open: Int32 = -2
    var chains = [Int32](repeating: unseen, count: units.count)
    var path = [(position: 0, child: first[base(of: 0)], below: Int32(0))]
    chains[0] = open
    while let step = path.last {
      guard step.child != 0 else {
        path.removeLast()
        let isEnd = step.position != 0 && endsString(at: step.position)
        chains[step.position] = step.below + (isEnd ? 1 : 0)
        if let parent = path.indices.last {
          path[parent].below = max(path[parent].below, chains[step.position])
        }
        continue
      }
      let child = Int(step.child - 1)
      let top = path.count - 1
      path[top].child = next[child]
      switch chains[child] {
      case open: return nil
      case unseen:
        chains[child] = open
        path.append((child, first[base(of: child)], 0))
      case let known: path[top].below = max(step.below, known)
      }
    }
    return Int(chains[0])
  }

  private func label(of position: Int) -> UInt32 { units[position] & 0x8000_00FF }

  private func isNumber(at position: Int) -> Bool { units[position] >> 31 == 1 }

  private func endsString(at position: Int) -> Bool { units[position] >> 8 & 1 == 1 }

  private func number(at position: Int) -> Int { Int(units[position] & 0x7FFF_FFFF) }

  /// Where the ways from a unit lead, each xor its byte.
  private func base(of position: Int) -> Int {
    let unit = units[position]
    // Bit 31 belongs to the offset's bits as darts.h reads them.
    return position ^ Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }
}
