public import RankingCore

/// The queries over which a measure is averaged.
public enum Averaging: String, Sendable, Hashable, CaseIterable {
  /// All judged queries; one that the run lacks counts 0. As ir_measures, and trec_eval with -c.
  case judgedQueries = "judged-queries"
  /// The judged queries that the run has. As trec_eval without -c.
  case commonQueries = "common-queries"
}

/// Measures runs against judgements.
public struct Evaluator: Sendable {
  /// What is measured.
  public let measures: [Measure]
  /// The queries that averages are over.
  public let averaging: Averaging
  /// How many documents of a query count, the best ones; nil: all of them (trec_eval calls it -M).
  public let maximumDocuments: Int?
  private let queries: [JudgedQuery]
  private let highestGrade: Int

  private struct JudgedQuery: Sendable {
    let query: Qrels.Query
    /// Highest first.
    let grades: [Int]
  }

  /// Prepares judgements.
  public init(
    qrels: Qrels, measures: [Measure], averaging: Averaging = .judgedQueries,
    maximumDocuments: Int? = nil
  ) {
    self.measures = measures
    self.averaging = averaging
    self.maximumDocuments = maximumDocuments
    highestGrade = qrels.highestGrade
    queries = qrels.queries.map {
      JudgedQuery(query: $0, grades: $0.grades.values.sorted(by: >))
    }
  }

  /// The judged queries, in the order of the judgements.
  public var queryIDs: [String] { queries.map(\.query.id) }

  /// Measures one run.
  public func evaluate(_ run: Run) -> RunEvaluation {
    var values = [[Double]](repeating: [], count: measures.count)
    var isFound: [Bool] = []
    for judged in queries {
      let entries = run[judged.query.id]
      isFound.append(!entries.isEmpty)
      let results = entries.isEmpty ? measures.map { _ in 0 } : self.values(entries, judged)
      for (index, value) in results.enumerated() { values[index].append(value) }
    }
    // A judged query may have an empty list: it is missing, but it is judged.
    let judgedIDs = Set(queries.map { ExactID($0.query.id) })
    return RunEvaluation(
      name: run.name, measures: measures, averaging: averaging, queryIDs: queryIDs, values: values,
      isFound: isFound, unjudgedQueries: run.queryIDs.count { !judgedIDs.contains(ExactID($0)) })
  }

  /// The documents of a query, as they are ranked (by trec_eval's rule for equal scores).
  func ranking(of queryID: String, in run: Run) -> [String] {
    let entries = run[queryID]
    let order = TieRule.fallingIdentifier.order(entries, sorted: indicesByFallingScore(entries))
    return order.prefix(maximumDocuments ?? .max).map { entries[$0].documentID }
  }

  private func values(_ entries: [Run.Entry], _ judged: JudgedQuery) -> [Double] {
    let sorted = indicesByFallingScore(entries)
    let grades = entries.map { judged.query.grades[ExactID($0.documentID)] }
    let hasTies = zip(sorted, sorted.dropFirst()).contains {
      entries[$0].score == entries[$1].score
    }
    var rankings: [TieRule: JudgedRanking] = [:]
    return measures.map { measure in
      let rule = hasTies ? measure.tieRule : .given
      if let ranking = rankings[rule] { return measure.value(of: ranking) }
      let order = rule.order(entries, sorted: sorted).prefix(maximumDocuments ?? .max)
      let ranking = JudgedRanking(
        ranked: order.map { grades[$0] }, judged: judged.grades, highestGrade: highestGrade)
      rankings[rule] = ranking
      return measure.value(of: ranking)
    }
  }
}
