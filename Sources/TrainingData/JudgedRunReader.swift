import RankingCore
public import RankingFormats

/// Training examples from judgements and, for their negatives, a run: a query's positives are what is
/// judged relevant, its negatives what the run found and is judged irrelevant, or not judged.
///
/// Queries without a relevant document are left out, and so are those of the run that are not judged.
/// Negatives come by falling score. The texts of all these documents are kept in memory.
public struct JudgedRunReader: TrainingSource {
  private struct Plan {
    let queryID: String
    let positives: [(id: String, grade: Int)]
    let negatives: [(id: String, grade: Int)]
  }

  private let plans: [Plan]
  private let qrelsPath: String
  private let queries: [ExactID: String]
  private let documents: [ExactID: String]
  private var position = 0
  /// Bytes that were not UTF-8 and became U+FFFD.
  public let replacedBytes: Int

  /// Reads judgements and run, then walks over queries and corpus for the texts.
  ///
  /// - Parameters:
  ///   - qrels: TREC's, MS MARCO's or BEIR's judgements.
  ///   - run: Whose documents are the negatives; nil: there are none.
  ///   - queries: Texts of the queries, as TSV, JSON Lines or a BEIR folder.
  ///   - corpus: Texts of the documents, as TSV, JSON Lines or a BEIR folder.
  ///   - depth: How many negatives of the run are kept for each query: the best.
  ///   - report: Called for each line of queries and corpus that cannot be read.
  public init(
    qrels qrelsPath: String, run runPath: String? = nil, queries queriesPath: String,
    corpus corpusPaths: [String], depth: Int = .max, invalidUTF8: InvalidUTF8 = .replace,
    report: (FormatError) -> Void
  ) throws(FormatError) {
    self.qrelsPath = qrelsPath
    let qrels = try Qrels.read(path: qrelsPath)
    var run = Run(name: "none")
    if let runPath { run = try Run.read(path: runPath) }
    plans = qrels.queries.compactMap { Self.plan(for: $0, run[$0.id], depth: depth) }
    var wanted = Set<ExactID>()
    for plan in plans {
      for document in plan.positives + plan.negatives { wanted.insert(ExactID(document.id)) }
    }
    var queryReader = TextReader(
      paths: [queriesPath], content: .queries, invalidUTF8: invalidUTF8)
    queries = try Self.texts(
      of: Set(plans.map { ExactID($0.queryID) }), &queryReader, report)
    var corpusReader = TextReader(
      paths: corpusPaths, content: .documents, invalidUTF8: invalidUTF8)
    documents = try Self.texts(of: wanted, &corpusReader, report)
    replacedBytes = queryReader.replacedBytes + corpusReader.replacedBytes
  }

  /// The next query's example, or why there is none; nil at the end.
  ///
  /// A negative without a text is left out, a positive without one is an error.
  public mutating func next() throws(FormatError) -> Result<TrainingExample, FormatError>? {
    guard position < plans.count else { return nil }
    let plan = plans[position]
    position += 1
    guard let query = queries[ExactID(plan.queryID)], !query.isBlank else {
      return .failure(failure(plan, "expected the query's text, found none"))
    }
    var positives: [TrainingExample.Passage] = []
    for (id, grade) in plan.positives {
      guard let text = documents[ExactID(id)], !text.isBlank else {
        return .failure(failure(plan, "expected the text of document \(shortened(id)), found none"))
      }
      positives.append(.init(text, grade: Double(grade)))
    }
    let negatives = plan.negatives.compactMap { id, grade in
      documents[ExactID(id)].flatMap {
        $0.isBlank ? nil : TrainingExample.Passage($0, grade: Double(grade))
      }
    }
    return .success(TrainingExample(query: query, positives: positives, negatives: negatives))
  }

  private func failure(_ plan: Plan, _ reason: String) -> FormatError {
    FormatError(.empty, path: qrelsPath, reason: "query \(shortened(plan.queryID)): \(reason)")
  }

  private static func plan(
    for query: Qrels.Query, _ found: [Run.Entry], depth: Int
  ) -> Plan? {
    let positives = query.grades.filter { $0.value > 0 }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    guard !positives.isEmpty else { return nil }
    let ranked = found.indices.sorted {
      found[$0].score != found[$1].score ? found[$0].score > found[$1].score : $0 < $1
    }
    let negatives = ranked.lazy.compactMap { place -> (id: String, grade: Int)? in
      let id = found[place].documentID
      let grade = query.grades[ExactID(id)] ?? 0
      return grade > 0 ? nil : (id, grade)
    }.prefix(max(depth, 0))
    return Plan(
      queryID: query.id, positives: positives.map { ($0.key.text, $0.value) },
      negatives: Array(negatives))
  }

  /// The texts of wanted identifiers; the first line of each counts.
  private static func texts(
    of wanted: Set<ExactID>, _ reader: inout TextReader, _ report: (FormatError) -> Void
  ) throws(FormatError) -> [ExactID: String] {
    var texts: [ExactID: String] = [:]
    while let next = try reader.next() {
      switch next {
      case .success(let entry):
        let id = ExactID(entry.id)
        if wanted.contains(id), texts[id] == nil { texts[id] = entry.text }
      case .failure(let error): report(error)
      }
    }
    return texts
  }
}
