import TrainingData

/// What mining found, in a few lines.
struct MiningSummary {
  let lines: [String]

  init(_ pool: MiningPool, _ report: MiningReport, _ settings: MineSettings) {
    var lines: [String] = []
    let repeated =
      pool.repeatedPassages > 0
      ? " (\(counted(pool.repeatedPassages, "repetition", "repetitions")) left out)" : ""
    lines.append(
      "\(counted(pool.queries.count, "query", "queries")), "
        + "\(counted(pool.passages.count, "passage", "passages"))\(repeated)")
    let kinds = settings.options.negatives.map {
      "\($0.kind.rawValue) \(grouped(report.negatives[$0.kind] ?? 0))"
    }
    let mean = report.meanNegatives.map { Self.decimal($0) } ?? "no"
    lines.append("\(mean) negatives a query in the mean (\(kinds.joined(separator: ", ")))")
    let leftOut = [
      (report.nearPositive, "too near to the positive"), (report.aboveMaximum, "above the maximum"),
      (report.repeated, "proposed by two kinds"),
    ].filter { $0.0 > 0 }.map { "\(grouped($0.0)) \($0.1)" }
    if !leftOut.isEmpty { lines.append("left out: \(leftOut.joined(separator: ", "))") }
    if report.shortQueries > 0 {
      lines.append(
        "\(counted(report.shortQueries, "query has", "queries have")) fewer negatives than asked")
    }
    if report.emptyQueries > 0 {
      lines.append(
        "\(counted(report.emptyQueries, "query has", "queries have")) none, and no example")
    }
    self.lines = lines
  }

  /// With one digit behind the point.
  private static func decimal(_ number: Double) -> String {
    String((number * 10).rounded() / 10)
  }
}
