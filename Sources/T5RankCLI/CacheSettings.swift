import Reranking
import ScoreStore

/// Where scores are remembered from run to run: `--cache` and `--cache-size`.
struct CacheSettings: Sendable, Hashable {
  let path: String
  let byteLimit: Int

  private static let megabyte = 1_000_000
  static let usualMegabytes = SQLiteScoreCache.usualByteLimit / megabyte

  /// - Returns: nil if no cache was asked for.
  init?(_ parsed: ParsedArguments) throws(UsageError) {
    let megabytes = try parsed.number("cache-size", in: Limit.cacheMegabytes)
    guard let path = try parsed.text("cache") else {
      guard megabytes == nil else {
        throw UsageError("--cache-size: expected --cache FILE, whose size it limits, found none")
      }
      return nil
    }
    self.path = path
    byteLimit = (megabytes ?? Self.usualMegabytes) * Self.megabyte
  }

  /// Opens the cache; what happens to it is told on the console.
  func open(_ console: Console) throws(ScoreStoreError) -> SQLiteScoreCache {
    try SQLiteScoreCache(path: path, byteLimit: byteLimit) { console.note("warning: \($0)") }
  }
}

extension RerankingStatistics {
  /// `cache: 1,980 of 2,000 scores were remembered (99.0 %)`; nil where no cache was asked.
  var cacheSummary: String? {
    let asked = cacheHits + cacheMisses
    guard asked > 0 else { return nil }
    // Downwards: 100.0 % means all of them.
    let permille = Int(Double(cacheHits) / Double(asked) * 1000)
    return
      "cache: \(grouped(cacheHits)) of \(counted(asked, "score was", "scores were")) remembered "
      + "(\(permille / 10).\(permille % 10) %)"
  }

  /// `2 documents had no stored vectors, or …`; nil where none had to be computed.
  var vectorsSummary: String? {
    guard documentsWithoutVectors > 0 else { return nil }
    return
      "\(counted(documentsWithoutVectors, "document", "documents")) had no vectors in --vectors, "
      + "or those of another text; theirs were computed"
  }
}
