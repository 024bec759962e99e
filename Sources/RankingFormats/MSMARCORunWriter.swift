public import RankingCore

/// Writes rankings as lines of an MS MARCO run: `qid<TAB>docid<TAB>rank`, ranks from 1 on.
public struct MSMARCORunWriter: Sendable {
  private var queries = WrittenQueries(of: "an MS MARCO run")

  /// A writer that has written nothing yet.
  public init() {}

  /// Whether a request can be written: identifiers are columns, and no query comes twice.
  public func check(_ request: RankingRequest) throws(FormatError) {
    try queries.check(request)
  }

  /// The lines of one query's ranking.
  public mutating func text(of ranking: Ranking, for request: RankingRequest) -> String {
    queries.insert(request.query)
    return ranking.enumerated().map { index, entry in
      "\(request.query.id)\t\(entry.document.id)\t\(index + 1)\n"
    }.joined()
  }
}
