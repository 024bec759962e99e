/// The queries that negatives are looked for, and the passages among which they are.
///
/// Texts that differ in white space alone are one passage, and one query: so no passage is a negative
/// twice, and none that equals a positive of its query is one. All texts are kept in memory.
public struct MiningPool: Sendable {
  /// A query, its passages by their places in the pool.
  public struct Query: Sendable {
    /// As it was written first.
    public let text: String
    /// What answers it, in order, each once.
    public internal(set) var positives: [Int] = []
    /// The grades of the positives.
    public internal(set) var grades: [Double] = []
    /// The negatives that came with it, in order, each once; none of them is a positive.
    public internal(set) var negatives: [Int] = []
  }

  /// The passages, each once.
  public private(set) var passages: [String] = []
  /// The queries, each once.
  public private(set) var queries: [Query] = []
  /// Passages that were added and were there already.
  public private(set) var repeatedPassages = 0
  private var passagePlaces: [String: Int] = [:]
  private var queryPlaces: [String: Int] = [:]

  /// No queries and no passages.
  public init() {}

  /// Adds a query with its positives and negatives; to what it has, if it is there already.
  public mutating func add(_ example: TrainingExample) {
    let key = example.query.withSingleSpaces
    let place = queryPlaces[key] ?? queries.count
    if place == queries.count {
      queryPlaces[key] = place
      queries.append(Query(text: example.query))
    }
    for positive in example.positives {
      guard let passage = add(passage: positive.text),
        !queries[place].positives.contains(passage)
      else { continue }
      queries[place].positives.append(passage)
      queries[place].grades.append(positive.grade)
    }
    var known = Set(queries[place].negatives)
    for negative in example.negatives {
      guard let passage = add(passage: negative.text), known.insert(passage).inserted else {
        continue
      }
      queries[place].negatives.append(passage)
    }
    let positives = queries[place].positives
    queries[place].negatives.removeAll { positives.contains($0) }
  }

  /// Adds a passage that any query may have as a negative.
  ///
  /// - Returns: Its place; nil for a blank one, which is not added.
  @discardableResult
  public mutating func add(passage text: String) -> Int? {
    let key = text.withSingleSpaces
    guard !key.isEmpty else { return nil }
    if let place = passagePlaces[key] {
      repeatedPassages += 1
      return place
    }
    passagePlaces[key] = passages.count
    passages.append(text)
    return passages.count - 1
  }
}
