/// What one system found: scored documents for each query.
///
/// Identifiers are compared byte by byte.
public struct Run: Sendable {
  /// A document that was found.
  public struct Entry: Sendable, Hashable {
    /// Names the document.
    public let documentID: String
    /// Higher is better.
    public let score: Double

    /// A document and its score.
    public init(documentID: String, score: Double) {
      self.documentID = documentID
      self.score = score
    }
  }

  private struct List: Sendable {
    let queryID: String
    var entries: [Entry] = []
    var documents: Set<ExactID> = []
  }

  /// What reports call the run.
  public var name: String
  private var lists: [List] = []
  private var positions: [ExactID: Int] = [:]

  /// A run that found nothing yet.
  public init(name: String) {
    self.name = name
  }

  /// The queries that have documents, in the order in which they came.
  public var queryIDs: [String] { lists.map(\.queryID) }

  /// The documents found for a query, in the order in which they came; empty if there are none.
  public subscript(queryID: String) -> [Entry] {
    positions[ExactID(queryID)].map { lists[$0].entries } ?? []
  }

  /// Adds a document to what was found for a query.
  ///
  /// - Precondition: The score is not NaN.
  /// - Returns: Whether it was not there before; otherwise nothing changes.
  public mutating func append(_ entry: Entry, for queryID: String) -> Bool {
    append(entry, at: position(of: queryID))
  }

  /// Adds a whole ranking: its order counts, whatever its scores are.
  ///
  /// - Returns: Whether no document stood there twice; the first one counts.
  public mutating func append(_ ranking: Ranking, for queryID: String) -> Bool {
    let position = position(of: queryID)
    var isNew = true
    for (rank, ranked) in ranking.enumerated() {
      let entry = Entry(documentID: ranked.document.id, score: -Double(rank))
      isNew = append(entry, at: position) && isNew
    }
    return isNew
  }

  /// Where a query's documents are kept; made for a new one.
  package mutating func position(of queryID: String) -> Int {
    if let position = positions[ExactID(queryID)] { return position }
    positions[ExactID(queryID)] = lists.count
    lists.append(List(queryID: queryID))
    return lists.count - 1
  }

  /// Adds a document where `position(of:)` said.
  package mutating func append(_ entry: Entry, at position: Int) -> Bool {
    precondition(!entry.score.isNaN, "a run's scores must be numbers")
    guard lists[position].documents.insert(ExactID(entry.documentID)).inserted else {
      return false
    }
    lists[position].entries.append(entry)
    return true
  }
}
