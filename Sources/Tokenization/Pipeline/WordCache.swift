import Synchronization

/// The tokens of words seen lately.
///
/// A word has one place, and the last word to fall on it stays: no choice of words makes a look-up
/// slow.
struct WordCache {
  private struct Entry {
    var hash: UInt64 = 0
    var word: Range<Int32> = 0..<0
    var tokens: Range<Int32> = 0..<0
  }

  private static let placeCount = 1 << 14
  /// Longer words are not kept.
  private static let longestWord = 64
  /// When this much is stored all is forgotten: what was overwritten still takes room.
  private static let maximumByteCount = 1 << 20

  private var entries = [Entry](repeating: Entry(), count: placeCount)
  private var bytes: [UInt8] = []
  private var tokens: [TokenID] = []

  /// Appends the tokens of a word, made if need be.
  mutating func append(
    _ word: UnsafeBufferPointer<UInt8>, to result: inout [TokenID],
    made make: (inout [TokenID]) -> Void
  ) {
    guard word.count <= Self.longestWord else {
      make(&result)
      return
    }
    let hash = Self.hash(of: word)
    let place = Int(truncatingIfNeeded: hash) & (Self.placeCount - 1)
    let entry = entries[place]
    if entry.hash == hash, matches(entry, word) {
      for index in entry.tokens { result.append(tokens[Int(index)]) }
      return
    }
    let count = result.count
    make(&result)
    if bytes.count > Self.maximumByteCount || tokens.count > Self.maximumByteCount { self = Self() }
    let wordStart = Int32(bytes.count)
    let tokensStart = Int32(tokens.count)
    bytes.append(contentsOf: word)
    tokens.append(contentsOf: result[count...])
    entries[place] = Entry(
      hash: hash, word: wordStart..<Int32(bytes.count), tokens: tokensStart..<Int32(tokens.count))
  }

  private func matches(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard entry.word.count == word.count else { return false }
    let start = Int(entry.word.lowerBound)
    for offset in word.indices where bytes[start + offset] != word[offset] { return false }
    return true
  }

  /// FNV-1a, its bits spread.
  private static func hash(of word: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in word { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
    return hash ^ hash >> 32
  }
}

/// Word caches, each used by one encoding at a time.
///
/// A class because all copies of a tokenizer share them.
final class WordCaches: Sendable {
  private let idle = Mutex<[WordCache]>([])
  /// As many as may be kept while nobody uses them.
  private static let maximumIdle = 64

  /// Runs `body` with a cache that nobody else uses meanwhile.
  func withCache(_ body: (inout WordCache) -> Void) {
    var cache = idle.withLock { $0.popLast() } ?? WordCache()
    body(&cache)
    idle.withLock { idle in
      if idle.count < Self.maximumIdle { idle.append(cache) }
    }
  }
}
