import Reranking

/// What a whole run took, for the last line on standard error.
struct RunTotals {
  /// Queries that were read, the refused ones too.
  var queries = 0
  /// nil: a stream, whose end is not known.
  let queryCount: Int?
  private(set) var ranked = 0
  private(set) var documents = 0
  private(set) var statistics = RerankingStatistics()
  private let start = Terminal.seconds()

  init(queryCount: Int?) {
    self.queryCount = queryCount
  }

  mutating func add(_ more: RerankingStatistics, documents count: Int) {
    ranked += 1
    documents += count
    statistics.add(more)
  }

  /// `50 queries, 500 documents, 3 shortened, 122,500 pairs, 122,500 passes, 298.1 s`.
  var summary: String {
    var parts = [counted(ranked, "query", "queries"), counted(documents, "document", "documents")]
    if statistics.windows > 0 { parts.append(counted(statistics.windows, "window", "windows")) }
    if statistics.pairs > 0 { parts.append(counted(statistics.pairs, "pair", "pairs")) }
    parts.append(counted(statistics.forwardPasses, "forward pass", "forward passes"))
    parts.append(secondsText(Terminal.seconds() - start))
    return parts.joined(separator: ", ")
  }
}

/// `1 query`, `2,450 pairs`.
func counted(_ count: Int, _ one: String, _ many: String) -> String {
  "\(grouped(count)) \(count == 1 ? one : many)"
}

/// Seconds with one decimal; minutes and hours where they are many.
func secondsText(_ seconds: Double) -> String {
  guard seconds < 120 else {
    guard let minutes = Int(exactly: (seconds / 60).rounded()) else { return "very long" }
    return minutes < 120 ? "\(minutes) min" : "\(grouped(minutes / 60)) h \(minutes % 60) min"
  }
  let tenths = Int((max(seconds, 0) * 10).rounded())
  return "\(tenths / 10).\(tenths % 10) s"
}
