/// The line of progress while one query is ranked: `query 3/50 · 120/2,450 passes · 410/s`.
struct ProgressText: Sendable {
  private let query: Int
  private let queryCount: Int?
  private let start = Terminal.seconds()

  init(query: Int, of queryCount: Int?) {
    self.query = query
    self.queryCount = queryCount
  }

  func line(done: Int, of total: Int) -> String {
    let queries = queryCount.map { "\(query)/\($0)" } ?? String(query)
    let elapsed = max(Terminal.seconds() - start, 1e-3)
    let rate = Int(exactly: (Double(done) / elapsed).rounded()) ?? 0
    return
      "query \(queries) · \(grouped(done))/\(grouped(total)) passes · \(grouped(rate)) passes/s"
  }
}
