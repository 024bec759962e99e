import Reranking
import ScoreStore
import Support
import Synchronization
import Testing

/// Seeded keys, and the value that belongs to each.
struct StoredScores {
  let keys: [ScoreKey]
  let values: [[UInt8]]

  init(count: Int, seed: UInt64 = 7, valueCounts: ClosedRange<Int> = 9...81) throws {
    var random = SeededRandom(seed: seed)
    func bytes(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    var keys: [ScoreKey] = []
    var values: [[UInt8]] = []
    for _ in 0..<count {
      keys.append(try #require(ScoreKey(bytes: bytes(ScoreKey.byteCount))))
      values.append(bytes(Int.random(in: valueCounts, using: &random)))
    }
    self.keys = keys
    self.values = values
  }

  var entries: [(key: ScoreKey, value: [UInt8])] { zip(keys, values).map { ($0, $1) } }

  /// How many of them a cache has.
  ///
  /// A value that is not the one stored fails the test.
  func found(in cache: some ScoreCache, _ comment: String = "") -> Int {
    var count = 0
    for (expected, value) in zip(values, cache.values(for: keys)) {
      guard let value else { continue }
      count += 1
      if value != expected { Issue.record("a wrong value; \(comment)") }
    }
    return count
  }
}

/// Collects the warnings of a cache; a class because the cache's closure shares it.
final class Warnings: Sendable {
  private let texts = Mutex<[String]>([])

  var all: [String] { texts.withLock { $0 } }
  func add(_ text: String) { texts.withLock { $0.append(text) } }
}
