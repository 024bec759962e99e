import JSON
import RankingCore

/// The queries of a TREC or MS MARCO run with the texts of its candidates, in the order of the run.
///
/// Opening walks over the run, then over the queries and the corpus, and keeps the places of the
/// lines that the run needs; texts are read query by query.
public struct RunReader: RequestSource {
  private let run: RunFile
  private let queries: TextTable
  private let corpus: TextTable
  private var position = 0

  /// Walks over the three files.
  ///
  /// - Parameters:
  ///   - queries: `id<TAB>text`, JSON Lines or a BEIR folder, as is `corpus`.
  ///   - report: Called for each line that is skipped, with the reason.
  public init(
    run runPath: String, queries queriesPath: String, corpus corpusPath: String,
    invalidUTF8: InvalidUTF8 = .replace, report: (FormatError) -> Void
  ) throws(FormatError) {
    run = try RunFile(path: runPath, invalidUTF8: invalidUTF8, report: report)
    queries = try TextTable(
      path: queriesPath, kind: .queries, wanted: Set(run.queries.map { ExactID($0.id) }),
      invalidUTF8: invalidUTF8, report: report)
    corpus = try TextTable(
      path: corpusPath, kind: .documents, wanted: run.documentIDs, invalidUTF8: invalidUTF8,
      report: report)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int {
    run.replacedBytes + queries.replacedBytes + corpus.replacedBytes
  }

  /// How many candidates each query has.
  public var candidateCounts: [Int] { run.queries.map(\.lineCount) }

  /// The next request, or why it is refused; nil at the end.
  public mutating func next() throws(FormatError) -> Result<RankingRequest, FormatError>? {
    guard position < run.queries.count else { return nil }
    let query = run.queries[position]
    position += 1
    do {
      return .success(try request(for: query))
    } catch {
      guard error.kind == .malformed else { throw error }
      return .failure(error)
    }
  }

  private func request(for query: RunFile.Query) throws(FormatError) -> RankingRequest {
    guard let text = try queries.entry(for: ExactID(query.id))?.text else {
      throw FormatError(
        .malformed, path: run.path, line: query.line,
        reason: "query \(shortened(query.id)): expected its text in \(queries.path), found none")
    }
    var documents: [Document] = []
    var members: [JSONObject] = []
    for candidate in try run.candidates(of: query) {
      guard let entry = try corpus.entry(for: ExactID(candidate.documentID)) else {
        throw FormatError(
          .malformed, path: run.path, line: candidate.line,
          reason: "query \(shortened(query.id)): expected document "
            + "\(shortened(candidate.documentID)) in \(corpus.path), found none")
      }
      documents.append(
        Document(id: candidate.documentID, text: entry.text, bodyStart: entry.bodyStart))
      members.append([
        "docid": .string(candidate.documentID), "score": JSONValue(candidate.score) ?? .null,
        "doc": .object(entry.members),
      ])
    }
    let request = RankingRequest(
      query: Query(id: query.id, text: text), documents: documents, path: run.path,
      line: query.line,
      envelope: [
        "query": ["qid": .string(query.id), "text": .string(text)], "candidates": nil,
      ],
      candidates: members)
    try request.validate()
    return request
  }
}
