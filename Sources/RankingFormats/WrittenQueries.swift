import RankingCore

/// What can be written to a run of columns: white space in an identifier would make another column,
/// and the candidates of two queries with one identifier would become one ranking.
struct WrittenQueries: Sendable {
  /// The run in words: "a TREC run".
  let run: String
  private var ids: Set<ExactID> = []

  init(of run: String) {
    self.run = run
  }

  func check(_ request: RankingRequest) throws(FormatError) {
    for id in [request.query.id] + request.documents.map(\.id) where !isColumn(id) {
      throw request.refusal(
        "expected identifiers without white space for \(run), found \"\(shortened(id))\"")
    }
    guard !ids.contains(ExactID(request.query.id)) else {
      throw request.refusal("expected each query id once in \(run), found it again")
    }
  }

  mutating func insert(_ query: Query) {
    ids.insert(ExactID(query.id))
  }
}

/// Whether an identifier is one column of a line: not empty, without white space.
func isColumn(_ id: String) -> Bool {
  !id.isEmpty
    && !id.unicodeScalars.contains {
      $0.properties.isWhitespace || $0.properties.generalCategory == .control
    }
}
