/// Expands DEFLATE data (RFC 1951) piece by piece; memory does not depend on the data.
struct Inflater {
  private enum Block {
    case none
    case stored(remaining: Int)
    case compressed(literals: HuffmanCode, distances: HuffmanCode)
  }

  /// How far back a distance may reach.
  private static let windowSize = 1 << 15
  private static let pieceSize = 1 << 16
  private static let longestMatch = 258

  private var block = Block.none
  private var isLastBlock = false
  /// The last bytes before, which distances refer to, then the new ones.
  private var output = [UInt8](
    repeating: 0, count: windowSize + pieceSize + longestMatch)
  private var filled = 0

  /// The next bytes, at most some 64 KiB; none at the end of the data.
  mutating func next(from input: inout BitReader) throws(FormatError) -> ArraySlice<UInt8> {
    if filled > Self.windowSize {
      let first = filled - Self.windowSize
      for index in 0..<Self.windowSize { output[index] = output[first + index] }
      filled = Self.windowSize
    }
    let start = filled
    while filled - start < Self.pieceSize {
      switch block {
      case .none:
        if isLastBlock { return output[start..<filled] }
        try startBlock(&input)
      case .stored(let remaining):
        let count = min(remaining, start + Self.pieceSize - filled)
        for _ in 0..<count {
          output[filled] = UInt8(try input.take(8))
          filled += 1
        }
        block = count == remaining ? .none : .stored(remaining: remaining - count)
      case .compressed(let literals, let distances):
        try expand(literals, distances, until: start + Self.pieceSize, &input)
      }
    }
    return output[start..<filled]
  }

  private mutating func startBlock(_ input: inout BitReader) throws(FormatError) {
    isLastBlock = try input.take(1) == 1
    switch try input.take(2) {
    case 0:
      input.alignToByte()
      let count = try input.take(16)
      guard try input.take(16) == count ^ 0xFFFF else {
        throw input.failure("a stored block whose two lengths differ")
      }
      block = .stored(remaining: count)
    case 1: block = Self.fixed
    case 2: block = try dynamicBlock(&input)
    default: throw input.failure("a block of a kind that there is not")
    }
  }

  /// Expands until the block or the piece is full.
  private mutating func expand(
    _ literals: HuffmanCode, _ distances: HuffmanCode, until limit: Int, _ input: inout BitReader
  ) throws(FormatError) {
    while filled < limit {
      guard let symbol = try input.take(literals) else {
        throw input.failure("bits that are no code")
      }
      if symbol < 256 {
        output[filled] = UInt8(symbol)
        filled += 1
        continue
      }
      if symbol == 256 {
        block = .none
        return
      }
      guard symbol - 257 < lengthBases.count else { throw input.failure("an unknown length") }
      let length =
        lengthBases[symbol - 257] + (try input.take(lengthBits[symbol - 257]))
      guard let code = try input.take(distances), code < distanceBases.count else {
        throw input.failure("an unknown distance")
      }
      let distance = distanceBases[code] + (try input.take(distanceBits[code]))
      guard distance <= filled else { throw input.failure("a distance to before the start") }
      // A match may reach into itself: byte by byte.
      for index in filled..<(filled + length) { output[index] = output[index - distance] }
      filled += length
    }
  }

  private func dynamicBlock(_ input: inout BitReader) throws(FormatError) -> Block {
    let literalCount = try input.take(5) + 257
    let distanceCount = try input.take(5) + 1
    let lengthCount = try input.take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else {
      throw input.failure("too many codes in a block")
    }
    var lengthLengths = [UInt8](repeating: 0, count: 19)
    for index in lengthOrder.prefix(lengthCount) {
      lengthLengths[index] = UInt8(try input.take(3))
    }
    guard let lengthCode = HuffmanCode(lengths: lengthLengths) else {
      throw input.failure("code lengths that fit no code")
    }
    let total = literalCount + distanceCount
    var lengths: [UInt8] = []
    while lengths.count < total {
      guard let symbol = try input.take(lengthCode) else {
        throw input.failure("bits that are no code")
      }
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw input.failure("a repetition of nothing") }
        lengths += repeatElement(last, count: try input.take(2) + 3)
      case 17: lengths += repeatElement(0, count: try input.take(3) + 3)
      case 18: lengths += repeatElement(0, count: try input.take(7) + 11)
      default: lengths.append(UInt8(symbol))
      }
    }
    guard lengths.count == total, lengths[256] > 0,
      let literals = HuffmanCode(lengths: lengths[..<literalCount]),
      let distances = HuffmanCode(lengths: lengths[literalCount...])
    else { throw input.failure("code lengths that fit no code") }
    return .compressed(literals: literals, distances: distances)
  }

  /// RFC 1951, 3.2.6; distance codes 30 and 31 exist but mean nothing.
  private static let fixed: Block = {
    guard let literals = HuffmanCode(lengths: fixedLiteralLengths),
      let distances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 32))
    else { preconditionFailure("the fixed codes are complete") }
    return .compressed(literals: literals, distances: distances)
  }()
}
