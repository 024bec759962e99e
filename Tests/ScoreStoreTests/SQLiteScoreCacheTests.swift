import Foundation
import Reranking
import ScoreStore
import Support
import Synchronization
import Testing

@Suite("Score cache in a file")
struct SQLiteScoreCacheTests {
  @Test("It keeps values from opening to opening, the latest under each key")
  func persistence() throws {
    let scores = try StoredScores(count: 500)
    let later = try StoredScores(count: 500, seed: 8)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do {
        let cache = try SQLiteScoreCache(path: path)
        #expect(scores.found(in: cache) == 0)
        cache.store(scores.entries)
        #expect(scores.found(in: cache) == 500)
        cache.store([
          (key: scores.keys[3], value: later.values[3]), (key: scores.keys[4], value: []),
        ])
      }
      #expect(try folder.names() == ["cache", "cache-lock"])
      let cache = try SQLiteScoreCache(path: path)
      let found = cache.values(for: [scores.keys[3], scores.keys[4], scores.keys[5], later.keys[0]])
      #expect(found == [later.values[3], [], scores.values[5], nil])
      #expect(cache.problems().isEmpty)
    }
  }

  @Test("Two openings in one process see what the other stores")
  func sharing() throws {
    let scores = try StoredScores(count: 100)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      let first = try SQLiteScoreCache(path: path)
      do {
        let second = try SQLiteScoreCache(path: path)
        second.store(Array(scores.entries.prefix(50)))
        #expect(scores.found(in: first) == 50)
        first.store(Array(scores.entries.suffix(50)))
        #expect(scores.found(in: second) == 100)
      }
      first.store(scores.entries)
      #expect(try scores.found(in: SQLiteScoreCache(path: path)) == 100)
      #expect(first.problems().isEmpty)
    }
  }

  @Test("It stays within its size, and what was used least recently goes first")
  func size() throws {
    let limit = 300_000
    let scores = try StoredScores(count: 6000, valueCounts: 40...40)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      let clock = Mutex(1_000_000)
      let cache = try SQLiteScoreCache(path: path, byteLimit: limit, warn: { _ in }) {
        clock.withLock { $0 }
      }
      let favourites = Array(scores.keys.prefix(100))
      for start in stride(from: 0, to: 6000, by: 100) {
        cache.store(Array(scores.entries[start..<start + 100]))
        clock.withLock { $0 += 4000 }
        #expect(cache.values(for: favourites) == scores.values.prefix(100).map { $0 })
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        // The write-ahead log comes to the file in steps; the file itself is never above the limit.
        #expect(try #require(size) <= limit)
      }
      #expect(cache.count < 3000)
      // Of the others the youngest are there, and the oldest are not.
      #expect(!cache.values(for: Array(scores.keys.suffix(500))).contains(nil))
      #expect(cache.values(for: Array(scores.keys[100..<600])).allSatisfy { $0 == nil })
      #expect(cache.problems().isEmpty)
    }
  }

  @Test("A smaller limit shrinks the file")
  func shrinking() throws {
    let scores = try StoredScores(count: 6000, valueCounts: 40...40)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do { try SQLiteScoreCache(path: path).store(scores.entries) }
      do { try SQLiteScoreCache(path: path, byteLimit: 200_000).store([scores.entries[0]]) }
      #expect(try folder.bytes(of: "cache").count <= 200_000)
      #expect(try scores.found(in: SQLiteScoreCache(path: path)) > 500)
    }
  }

  @Test("It serves many tasks at once")
  func tasks() async throws {
    let scores = try StoredScores(count: 800)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = try SQLiteScoreCache(path: folder.appendingPathComponent("cache").path)
    await withTaskGroup(of: Void.self) { group in
      for start in stride(from: 0, to: 800, by: 100) {
        group.addTask {
          for (key, value) in scores.entries[start..<start + 100] {
            cache.store([(key: key, value: value)])
            #expect(cache.values(for: [key]) == [value])
          }
        }
      }
    }
    #expect(scores.found(in: cache) == 800)
  }
}
