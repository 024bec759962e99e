import Foundation
import ScoreStore
import Support
import Testing

@Suite("A damaged score cache")
struct CorruptionTests {
  private static let pageSize = 4096

  /// Ways to damage a file.
  private enum Damage: CaseIterable {
    case flippedBit, changedBytes, zeroedRange, zeroedPage, randomPage, swappedPages, copiedPage
    case truncation, truncationInsidePage, removedPage

    func apply(to bytes: inout [UInt8], using random: inout SeededRandom) {
      let pages = bytes.count / pageSize
      func page(_ number: Int) -> Range<Int> { number * pageSize..<(number + 1) * pageSize }
      let first = Int.random(in: 0..<pages, using: &random)
      let second = Int.random(in: 0..<pages, using: &random)
      let place = bytes.indices.randomElement(using: &random) ?? 0
      switch self {
      case .flippedBit: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case .changedBytes:
        for _ in 0..<Int.random(in: 1...200, using: &random) {
          let place = bytes.indices.randomElement(using: &random) ?? 0
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      case .zeroedRange:
        for index in place..<min(bytes.count, place + Int.random(in: 1...3000, using: &random)) {
          bytes[index] = 0
        }
      case .zeroedPage: for index in page(first) { bytes[index] = 0 }
      case .randomPage:
        for index in page(first) { bytes[index] = UInt8.random(in: 0...255, using: &random) }
      case .swappedPages:
        let kept = Array(bytes[page(first)])
        bytes.replaceSubrange(page(first), with: Array(bytes[page(second)]))
        bytes.replaceSubrange(page(second), with: kept)
      case .copiedPage: bytes.replaceSubrange(page(first), with: Array(bytes[page(second)]))
      case .truncation: bytes.removeSubrange((first * pageSize)...)
      case .truncationInsidePage: bytes.removeSubrange(place...)
      case .removedPage: bytes.removeSubrange(page(first))
      }
    }
  }

  @Test("gives right scores or none, in more than a thousand ways to damage it")
  func thousandWays() throws {
    let scores = try StoredScores(count: 300)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do { try SQLiteScoreCache(path: path).store(scores.entries) }
      let sound = try folder.bytes(of: "cache")
      let seed: UInt64 = 2024
      var random = SeededRandom(seed: seed)
      var outcomes = (whole: 0, partly: 0, empty: 0, refused: 0)
      for number in 0..<1200 {
        let damage = Damage.allCases[number % Damage.allCases.count]
        var bytes = sound
        damage.apply(to: &bytes, using: &random)
        try FileManager.default.removeItem(atPath: path)
        for name in try folder.names() where name.hasPrefix("cache.") {
          try FileManager.default.removeItem(atPath: folder.path(of: name))
        }
        try folder.write(bytes, to: "cache")
        let warnings = Warnings()
        do {
          let cache = try SQLiteScoreCache(path: path) { warnings.add($0) }
          let found = scores.found(in: cache, "\(damage), number \(number), seed \(seed)")
          switch found {
          case scores.keys.count: outcomes.whole += 1
          case 0: outcomes.empty += 1
          default: outcomes.partly += 1
          }
          #expect(warnings.all.count <= 1, "\(damage), number \(number): \(warnings.all)")
          // Whatever it was, the cache is of use again.
          if number % 10 == 0 {
            cache.store(scores.entries)
            _ = scores.found(in: cache, "\(damage), number \(number), stored again")
          }
        } catch {
          // A header that says that the file is another's is believed.
          outcomes.refused += 1
          #expect(try folder.bytes(of: "cache") == bytes, "\(error)")
        }
      }
      // The damages are real ones, and most leave something to find.
      #expect(outcomes.whole > 50 && outcomes.partly > 50 && outcomes.empty > 50, "\(outcomes)")
      #expect(outcomes.refused < 50, "\(outcomes)")
    }
  }

  @Test("gives right scores or none when its log is damaged, as after a crash")
  func damagedLog() throws {
    let scores = try StoredScores(count: 300)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      let (file, log) = try {
        do { try SQLiteScoreCache(path: path).store(Array(scores.entries.prefix(100))) }
        let cache = try SQLiteScoreCache(path: path)
        for start in [100, 200] { cache.store(Array(scores.entries[start..<start + 100])) }
        return (try folder.bytes(of: "cache"), try folder.bytes(of: "cache-wal"))
      }()
      let seed: UInt64 = 2026
      var random = SeededRandom(seed: seed)
      var counts: Set<Int> = []
      for number in 0..<200 {
        let damage = Damage.allCases[number % Damage.allCases.count]
        var bytes = log
        damage.apply(to: &bytes, using: &random)
        try folder.write(file, to: "cache")
        try folder.write(bytes, to: "cache-wal")
        let cache = try SQLiteScoreCache(path: path) { Issue.record("\($0)") }
        counts.insert(scores.found(in: cache, "\(damage), number \(number), seed \(seed)"))
        #expect(cache.problems().isEmpty, "\(damage), number \(number)")
      }
      // What was committed before the damage.
      #expect(counts == [100, 200, 300])
    }
  }

  @Test("gives right scores or none when it is damaged while it is in use")
  func damagedInUse() throws {
    let scores = try StoredScores(count: 300)
    let seed: UInt64 = 2025
    var random = SeededRandom(seed: seed)
    for number in 0..<60 {
      try TemporaryFolder.use { folder in
        let path = folder.path(of: "cache")
        do { try SQLiteScoreCache(path: path).store(scores.entries) }
        let warnings = Warnings()
        let cache = try SQLiteScoreCache(path: path) { warnings.add($0) }
        #expect(cache.values(for: [scores.keys[0]]) == [scores.values[0]])
        var bytes = try folder.bytes(of: "cache")
        Damage.allCases[number % 7].apply(to: &bytes, using: &random)
        // In place: the same file, which the cache has open. Opened once, not closed: see `OpenFiles`.
        let file = try #require(fopen(path, "r+"))
        fwrite(bytes, 1, bytes.count, file)
        fflush(file)
        _ = scores.found(in: cache, "number \(number), seed \(seed)")
        cache.store(scores.entries)
        _ = scores.found(in: cache, "number \(number), seed \(seed), stored again")
        #expect(warnings.all.count <= 2, "\(warnings.all)")
        fclose(file)
      }
    }
  }

  @Test("is set aside with one warning, again and again under another name")
  func setAside() throws {
    let scores = try StoredScores(count: 50)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      for round in 1...3 {
        do { try SQLiteScoreCache(path: path).store(scores.entries) }
        var bytes = try folder.bytes(of: "cache")
        bytes.replaceSubrange(0..<16, with: Array("no database here".utf8))
        try folder.write(bytes, to: "cache")
        let warnings = Warnings()
        let cache = try SQLiteScoreCache(path: path) { warnings.add($0) }
        #expect(scores.found(in: cache) == 0)
        #expect(warnings.all.count == 1)
        #expect(warnings.all.first?.contains("cache.corrupt-\(round)") == true)
        #expect(try folder.bytes(of: "cache.corrupt-\(round)") == bytes)
      }
    }
  }

  @Test("is left alone while another user of the file is at work")
  func inUse() throws {
    let scores = try StoredScores(count: 50)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      let other = try SQLiteScoreCache(path: path)
      other.store(scores.entries)
      ForeignFileTests.run("CREATE TABLE more (x)", on: path)
      #expect(throws: ScoreStoreError.self) { try SQLiteScoreCache(path: path) }
      #expect(try folder.names().allSatisfy { !$0.contains("corrupt") })
    }
  }
}
