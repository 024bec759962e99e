/// Relevance judgements: a grade for some documents of some queries.
///
/// A grade above 0 says how relevant a document is; 0 and below say that it is not. Identifiers are
/// compared byte by byte.
public struct Qrels: Sendable {
  /// The judgements of one query.
  package struct Query: Sendable {
    package let id: String
    package fileprivate(set) var grades: [ExactID: Int] = [:]
  }

  /// The judged queries, in the order of their first judgements.
  package private(set) var queries: [Query] = []
  private var positions: [ExactID: Int] = [:]
  /// The highest grade of all; 0 if no document is relevant.
  public private(set) var highestGrade = 0

  /// No judgements.
  public init() {}

  /// The judged queries' identifiers, in the order of their first judgements.
  public var queryIDs: [String] { queries.map(\.id) }

  /// Judges one document.
  ///
  /// - Returns: Whether it was not judged before; otherwise nothing changes.
  public mutating func judge(_ documentID: String, for queryID: String, grade: Int) -> Bool {
    let position = positions[ExactID(queryID)] ?? queries.count
    if position == queries.count {
      positions[ExactID(queryID)] = position
      queries.append(Query(id: queryID))
    }
    guard queries[position].grades[ExactID(documentID)] == nil else { return false }
    queries[position].grades[ExactID(documentID)] = grade
    highestGrade = max(highestGrade, grade)
    return true
  }

  /// A document's grade; nil if it was not judged.
  public func grade(of documentID: String, for queryID: String) -> Int? {
    positions[ExactID(queryID)].flatMap { queries[$0].grades[ExactID(documentID)] }
  }
}
