import RankingFormats

/// Passages that come one by one with their grades, gathered by their queries.
struct JudgedRows {
  private struct Group {
    var example: TrainingExample
    /// Where the query stands first.
    let path: String
    let line: Int
  }

  private var groups: [Group] = []
  private var places: [String: Int] = [:]
  private var taken = 0

  mutating func add(
    _ passage: TrainingExample.Passage, for query: String, path: String, line: Int
  ) {
    let place = places[query] ?? groups.count
    if place == groups.count {
      places[query] = place
      let example = TrainingExample(query: query, positives: [], negatives: [])
      groups.append(Group(example: example, path: path, line: line))
    }
    if passage.grade > 0 {
      groups[place].example.positives.append(passage)
    } else {
      groups[place].example.negatives.append(passage)
    }
  }

  /// The next query's example, in the order of their first rows; nil when all were taken.
  mutating func next() -> Result<TrainingExample, FormatError>? {
    guard taken < groups.count else { return nil }
    let group = groups[taken]
    taken += 1
    guard !group.example.positives.isEmpty else {
      return .failure(
        FormatError(
          .empty, path: group.path, line: group.line,
          reason: "expected a document with a label above 0 for the query, found none"))
    }
    return .success(group.example)
  }
}
