import Reranking
import Support
import Testing

@Suite("Score cache in memory")
struct MemoryScoreCacheTests {
  private static func key(_ number: Int) throws -> ScoreKey {
    var bytes = [UInt8](repeating: 0, count: ScoreKey.byteCount)
    bytes[0] = UInt8(number)
    return try #require(ScoreKey(bytes: bytes))
  }

  @Test("It keeps what was used last, as a plain list of all uses would", arguments: [1, 2, 7, 32])
  func leastRecentlyUsed(capacity: Int) throws {
    var random = SeededRandom(seed: UInt64(capacity))
    let cache = MemoryScoreCache(capacity: capacity)
    // The plain list: least recently used first.
    var known: [(key: Int, value: [UInt8])] = []
    for step in 0..<3000 {
      let number = Int.random(in: 0..<48, using: &random)
      if Bool.random(using: &random) {
        let value = [UInt8(step % 256), UInt8(number)]
        cache.store([(key: try Self.key(number), value: value)])
        known.removeAll { $0.key == number }
        known.append((number, value))
        if known.count > capacity { known.removeFirst() }
      } else {
        let position = known.firstIndex { $0.key == number }
        let expected = position.map { known.remove(at: $0) }
        if let expected { known.append(expected) }
        #expect(cache.values(for: [try Self.key(number)]) == [expected?.value], "step \(step)")
      }
    }
    #expect(cache.count == known.count)
    let all = try cache.values(for: known.map { try Self.key($0.key) })
    #expect(all == known.map(\.value))
  }
}
