/// What DEFLATE data are made of (RFC 1951, 3.2.5).
enum DeflateToken {
  case literal(UInt8)
  /// `length` bytes as `distance` bytes before.
  case match(length: Int, distance: Int)
}

/// Finds what repeats within 32 KiB, by chains of the places that begin with the same three bytes.
///
/// A match waits for the one that begins a byte later, and gives way if that is longer; chains are
/// followed as far as zlib's level 6 follows them.
struct MatchFinder {
  private struct Match {
    static let none = Match(length: 0, distance: 0)
    var length: Int
    var distance: Int
  }

  private static let windowSize = 1 << 15
  private static let hashBits: UInt32 = 15
  private static let shortest = 3
  private static let longest = 258
  // zlib's configuration of level 6.
  private static let goodLength = 8
  private static let lazyLength = 16
  private static let niceLength = 128
  private static let chainLength = 128
  /// Three bytes from farther away take more bits than three literals.
  private static let farthestOfShortest = 4096

  /// Up to `windowSize` bytes before the block, then the block.
  private var window: [UInt8] = []
  /// The place of the window's first byte in all data.
  private var start = 0
  /// By hash: the last place with it in all data; -1: none.
  private var newest = [Int](repeating: -1, count: 1 << hashBits)
  /// By place modulo `windowSize`: the place before it with the same hash; -1: none.
  private var previous = [Int](repeating: -1, count: windowSize)

  /// The next bytes as tokens, none of which reaches beyond them.
  mutating func tokens(of block: [UInt8]) -> [DeflateToken] {
    let surplus = max(window.count - Self.windowSize, 0)
    window.removeFirst(surplus)
    start += surplus
    var index = window.count
    window += block
    var tokens: [DeflateToken] = []
    tokens.reserveCapacity(block.count / 3)
    /// What was found one byte before, where nothing is decided yet.
    var earlier = Match.none
    var isWaiting = false
    while index < window.count {
      let match = match(at: index, longerThan: earlier.length)
      if earlier.length >= Self.shortest, match.length <= earlier.length {
        tokens.append(.match(length: earlier.length, distance: earlier.distance))
        let next = index - 1 + earlier.length
        for covered in (index + 1)..<next { _ = enter(covered) }
        index = next
        earlier = .none
        isWaiting = false
      } else {
        if isWaiting { tokens.append(.literal(window[index - 1])) }
        earlier = match
        isWaiting = true
        index += 1
      }
    }
    if isWaiting { tokens.append(.literal(window[index - 1])) }
    return tokens
  }

  /// Enters a place into its chain, and looks for the longest match there; none if none is longer
  /// than what there is.
  private mutating func match(at index: Int, longerThan found: Int) -> Match {
    let first = enter(index)
    guard found < Self.lazyLength else { return .none }
    let place = start + index
    let limit = min(Self.longest, window.count - index)
    var best = Match(length: max(found, Self.shortest - 1), distance: 0)
    var tries = found >= Self.goodLength ? Self.chainLength / 4 : Self.chainLength
    var candidate = first
    while candidate >= max(place - Self.windowSize, 0), tries > 0, best.length < limit {
      let other = candidate - start
      // Most candidates fail at the byte that would make them longer.
      if window[other + best.length] == window[index + best.length] {
        let length = commonLength(other, index, limit: limit)
        if length > best.length {
          best = Match(length: length, distance: place - candidate)
          if length >= Self.niceLength { break }
        }
      }
      let next = previous[candidate % Self.windowSize]
      // The oldest place has given its room in the chain to the newest.
      guard next < candidate else { break }
      candidate = next
      tries -= 1
    }
    let isFar = best.length == Self.shortest && best.distance > Self.farthestOfShortest
    return best.distance == 0 || isFar ? .none : best
  }

  private func commonLength(_ one: Int, _ other: Int, limit: Int) -> Int {
    var length = 0
    while length < limit, window[one + length] == window[other + length] { length += 1 }
    return length
  }

  /// Makes a place the first of its chain; the one that was it before, or -1.
  private mutating func enter(_ index: Int) -> Int {
    guard window.count - index >= Self.shortest else { return -1 }
    let bytes =
      UInt32(window[index]) << 16 | UInt32(window[index + 1]) << 8 | UInt32(window[index + 2])
    // Knuth's multiplicative hash: the highest bits of the product are the best mixed.
    let hash = Int((bytes &* 0x9E37_79B1) >> (32 - Self.hashBits))
    let before = newest[hash]
    previous[(start + index) % Self.windowSize] = before
    newest[hash] = start + index
    return before
  }
}
