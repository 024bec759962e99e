import RankingCore

/// A run of TREC or MS MARCO, of which only the places of each query's lines are kept in memory.
///
/// Its first line tells which; of neither, TREC's errors are given.
final class RunFile {
  /// One query of a run.
  struct Query {
    let id: String
    /// The first line, from 1.
    let line: Int
    fileprivate(set) var lineCount = 0
    fileprivate(set) var parts: [Part] = []
    /// The first of its lines that is wrong: the whole query is refused then.
    fileprivate(set) var error: FormatError?
  }

  /// Lines that stand together.
  struct Part {
    let offset: Int
    let line: Int
    fileprivate(set) var count: Int
  }

  /// One line of a run.
  struct Candidate {
    let documentID: String
    let score: Double
    let line: Int
  }

  /// In the order of their first lines.
  private(set) var queries: [Query] = []
  /// Every document that the run names.
  private(set) var documentIDs: Set<ExactID> = []
  /// Bytes that were not UTF-8 and became U+FFFD.
  private(set) var replacedBytes = 0
  private let file: SeekableFile
  private let invalidUTF8: InvalidUTF8
  private var form = RunForm.trec

  /// Walks over the file once.
  ///
  /// - Parameter report: Called for each line that does not even name a query.
  init(path: String, invalidUTF8: InvalidUTF8, report: (FormatError) -> Void) throws(FormatError) {
    file = try SeekableFile(path: path)
    self.invalidUTF8 = invalidUTF8
    var positions: [ExactID: Int] = [:]
    var lines = try file.lines()
    var decoder = TextDecoder(invalidUTF8)
    while true {
      do {
        guard let line = try lines.next() else { break }
        let columns = lineColumns(of: line.bytes)
        let found = RunForm(columnCount: columns.count)
        guard let first = columns.first,
          !isComment(columns, of: found, in: queries.isEmpty ? nil : form)
        else { continue }
        let id = try decoder.text(of: first, path: path, line: line.number)
        let position = positions[ExactID(id)] ?? queries.count
        if queries.isEmpty { form = found ?? .trec }
        if position == queries.count {
          positions[ExactID(id)] = position
          queries.append(Query(id: id, line: line.number))
        }
        extend(position, with: line)
        do {
          let candidate = try RunLine(
            columns, form, extraColumns: .refused, &decoder, path: path, line: line.number)
          documentIDs.insert(ExactID(candidate.documentID))
        } catch {
          queries[position].error = queries[position].error ?? error
        }
      } catch {
        guard error.kind == .malformed else { throw error }
        report(error)
      }
    }
    replacedBytes = decoder.replacedBytes
  }

  var path: String { file.path }

  /// A query's candidates by falling score; equal scores keep the order of their lines.
  func candidates(of query: Query) throws(FormatError) -> [Candidate] {
    if let error = query.error { throw error }
    var candidates: [Candidate] = []
    candidates.reserveCapacity(query.lineCount)
    for part in query.parts {
      let bytes = try file.bytes(at: part.offset, count: part.count)
      var line = part.line
      for text in bytes.split(separator: lineFeed, omittingEmptySubsequences: false) {
        defer { line += 1 }
        let columns = lineColumns(of: text)
        // Comments are in no part; blank lines may be.
        guard !columns.isEmpty else { continue }
        var decoder = TextDecoder(invalidUTF8)
        let candidate = try RunLine(
          columns, form, extraColumns: .refused, &decoder, path: path, line: line)
        candidates.append(
          Candidate(documentID: candidate.documentID, score: candidate.score, line: line))
      }
    }
    var seen = Set<ExactID>(minimumCapacity: candidates.count)
    for candidate in candidates where !seen.insert(ExactID(candidate.documentID)).inserted {
      throw FormatError(
        .malformed, path: path, line: candidate.line,
        reason: "query \(shortened(query.id)): expected each document once, "
          + "found \(shortened(candidate.documentID)) twice")
    }
    return candidates.sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.line < $1.line
    }
  }

  private func extend(_ position: Int, with line: Line) {
    queries[position].lineCount += 1
    let last = queries[position].parts.count - 1
    if last >= 0, isAdjacent(queries[position].parts[last], line.offset) {
      queries[position].parts[last].count =
        line.offset + line.bytes.count - queries[position].parts[last].offset
    } else {
      queries[position].parts.append(
        Part(offset: line.offset, line: line.number, count: line.bytes.count))
    }
  }

  /// Whether only the end of a line lies between a part and the line at `offset`.
  private func isAdjacent(_ part: Part, _ offset: Int) -> Bool {
    offset - (part.offset + part.count) <= 2
  }
}
