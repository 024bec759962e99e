/// One block of DEFLATE data (RFC 1951, 3.2.3), written in whichever of the three forms is shortest.
struct DeflateBlock {
  /// The most bytes that a block can hold uncompressed.
  static let longest = 0xFFFF

  private let bytes: [UInt8]
  private let tokens: [DeflateToken]
  private let isLast: Bool
  private var literalCounts = [Int](repeating: 0, count: 286)
  private var distanceCounts = [Int](repeating: 0, count: 30)
  /// Bits behind the symbols of lengths and distances, whatever the codes are.
  private var extraBits = 0

  private static let end = 256
  private static let fixedLiterals = HuffmanEncoder(lengths: fixedLiteralLengths)
  private static let fixedDistances = HuffmanEncoder(lengths: [UInt8](repeating: 5, count: 30))

  /// - Parameters:
  ///   - bytes: At most `longest`.
  ///   - tokens: What stands for them.
  init(_ bytes: [UInt8], _ tokens: [DeflateToken], isLast: Bool) {
    self.bytes = bytes
    self.tokens = tokens
    self.isLast = isLast
    literalCounts[Self.end] = 1
    for token in tokens {
      switch token {
      case .literal(let byte): literalCounts[Int(byte)] += 1
      case .match(let length, let distance):
        let symbols = (lengthSymbol(length), distanceSymbol(distance))
        literalCounts[symbols.0] += 1
        distanceCounts[symbols.1] += 1
        extraBits += lengthBits[symbols.0 - 257] + distanceBits[symbols.1]
      }
    }
  }

  func write(to output: inout BitWriter) {
    let literals = HuffmanEncoder(frequencies: literalCounts, longest: HuffmanCode.longest)
    let distances = HuffmanEncoder(frequencies: distanceCounts, longest: HuffmanCode.longest)
    let description = CodeDescription(literals, distances)
    let dynamicSize = description.size + size(literals, distances)
    let fixedSize = size(Self.fixedLiterals, Self.fixedDistances)
    // At most seven bits are left of a byte; two lengths stand before the bytes.
    let storedSize = 7 + 32 + 8 * bytes.count
    output.write(isLast ? 1 : 0, 1)
    if storedSize < min(dynamicSize, fixedSize) {
      output.write(0, 2)
      output.alignToByte()
      output.write(bytes.count, 16)
      output.write(bytes.count ^ 0xFFFF, 16)
      output.write(bytes)
    } else if fixedSize <= dynamicSize {
      output.write(1, 2)
      writeTokens(Self.fixedLiterals, Self.fixedDistances, to: &output)
    } else {
      output.write(2, 2)
      description.write(to: &output)
      writeTokens(literals, distances, to: &output)
    }
  }

  private func size(_ literals: HuffmanEncoder, _ distances: HuffmanEncoder) -> Int {
    literals.size(of: literalCounts) + distances.size(of: distanceCounts) + extraBits
  }

  private func writeTokens(
    _ literals: HuffmanEncoder, _ distances: HuffmanEncoder, to output: inout BitWriter
  ) {
    for token in tokens {
      switch token {
      case .literal(let byte): literals.write(Int(byte), to: &output)
      case .match(let length, let distance):
        let symbols = (lengthSymbol(length), distanceSymbol(distance))
        literals.write(symbols.0, to: &output)
        output.write(length - lengthBases[symbols.0 - 257], lengthBits[symbols.0 - 257])
        distances.write(symbols.1, to: &output)
        output.write(distance - distanceBases[symbols.1], distanceBits[symbols.1])
      }
    }
    literals.write(Self.end, to: &output)
  }
}

/// The codes of a block, as they are written before it (RFC 1951, 3.2.7).
private struct CodeDescription {
  private struct Item {
    let symbol: Int
    var extra = 0
    var extraBits = 0
  }

  private let literalCount: Int
  private let distanceCount: Int
  private let items: [Item]
  private let code: HuffmanEncoder
  private let orderedLengths: ArraySlice<UInt8>
  let size: Int

  init(_ literals: HuffmanEncoder, _ distances: HuffmanEncoder) {
    let used = (Self.used(literals.lengths), Self.used(distances.lengths))
    literalCount = max(used.0, 257)
    distanceCount = max(used.1, 1)
    items = Self.items(
      Array(literals.lengths[..<literalCount] + distances.lengths[..<distanceCount]))
    var counts = [Int](repeating: 0, count: lengthOrder.count)
    for item in items { counts[item.symbol] += 1 }
    // Three bits say how long each of these codes is.
    code = HuffmanEncoder(frequencies: counts, longest: 7)
    let ordered = lengthOrder.map { [code] in code.lengths[$0] }
    orderedLengths = ordered[..<max(Self.used(ordered), 4)]
    size =
      14 + 3 * orderedLengths.count + code.size(of: counts)
      + items.reduce(0) { $0 + $1.extraBits }
  }

  /// How many lengths there are without the zeros at the end.
  private static func used(_ lengths: [UInt8]) -> Int {
    (lengths.lastIndex { $0 > 0 } ?? -1) + 1
  }

  /// The lengths, with repetitions as such.
  private static func items(_ lengths: [UInt8]) -> [Item] {
    var items: [Item] = []
    var index = 0
    while index < lengths.count {
      let length = lengths[index]
      var count = lengths[index...].prefix { $0 == length }.count
      index += count
      if length > 0 {
        items.append(Item(symbol: Int(length)))
        count -= 1
      }
      while count >= 3 {
        let part: Int
        switch (length, count) {
        case (0, 11...):
          part = min(count, 138)
          items.append(Item(symbol: 18, extra: part - 11, extraBits: 7))
        case (0, _):
          part = count
          items.append(Item(symbol: 17, extra: part - 3, extraBits: 3))
        default:
          part = min(count, 6)
          items.append(Item(symbol: 16, extra: part - 3, extraBits: 2))
        }
        count -= part
      }
      items += repeatElement(Item(symbol: Int(length)), count: count)
    }
    return items
  }

  func write(to output: inout BitWriter) {
    output.write(literalCount - 257, 5)
    output.write(distanceCount - 1, 5)
    output.write(orderedLengths.count - 4, 4)
    for length in orderedLengths { output.write(Int(length), 3) }
    for item in items {
      code.write(item.symbol, to: &output)
      output.write(item.extra, item.extraBits)
    }
  }
}

/// The symbol of a match of 3 to 258 bytes.
private func lengthSymbol(_ length: Int) -> Int {
  let rest = length - 3
  if rest < 8 { return 257 + rest }
  // The longest has a symbol without extra bits; else four symbols a power of two.
  if length == 258 { return 285 }
  let power = Int.bitWidth - 1 - rest.leadingZeroBitCount
  return 257 + 4 * (power - 1) + (rest >> (power - 2) & 3)
}

/// The symbol of a distance of 1 to 32,768 bytes: two a power of two.
private func distanceSymbol(_ distance: Int) -> Int {
  let rest = distance - 1
  if rest < 4 { return rest }
  let power = Int.bitWidth - 1 - rest.leadingZeroBitCount
  return 2 * power + (rest >> (power - 1) & 1)
}
