import JSON
public import RankingCore

extension Run {
  /// Reads a run: TREC's (`query Q0 document rank score tag`), MS MARCO's (`query document rank`),
  /// or rank_llm's requests as JSON Lines or as one array.
  ///
  /// The first bytes tell which. A TREC run is ordered by its scores, whatever its ranks say, an
  /// MS MARCO run by its ranks, and rank_llm's candidates by their order, for the scores of two
  /// stages cannot be compared. Blank lines and, except in JSON, comments are skipped (# and
  /// white space at their start, or # and other columns than a line of the run); gzip data are expanded.
  ///
  /// - Parameters:
  ///   - path: The file; `-` is standard input.
  ///   - name: What reports call the run; nil: the path.
  /// - Throws: For the first line that is wrong, and for a document that a query has twice.
  public static func read(path: String, name: String? = nil) throws(FormatError) -> Run {
    let reader = try ByteReader(path: path)
    try reader.skipByteOrderMark()
    var filling = RunFilling(Run(name: name ?? path), path: path)
    switch try reader.peekVisible() {
    case UInt8(ascii: "["): try filling.addElements(JSONElementReader(reader))
    case UInt8(ascii: "{"): try filling.addObjects(LineReader(reader))
    default: try filling.addLines(LineReader(reader))
    }
    return filling.run
  }
}

/// A run that is being read.
private struct RunFilling {
  private(set) var run: Run
  private let path: String
  private var decoder = TextDecoder(.refuse)
  /// The bytes of the last line's query, and where its documents are: mostly the next line's too.
  private var lastQuery: (bytes: [UInt8], position: Int)?

  init(_ run: Run, path: String) {
    self.run = run
    self.path = path
  }

  // MARK: Columns

  mutating func addLines(_ lines: LineReader) throws(FormatError) {
    var lines = lines
    var known: RunForm?
    while let line = try lines.next() {
      let columns = lineColumns(of: line.bytes)
      let found = RunForm(columnCount: columns.count)
      guard let first = columns.first, !isComment(columns, of: found, in: known) else { continue }
      guard let form = known ?? found else {
        throw failure(
          line.number,
          "expected a run (six columns: query id, Q0, document id, rank, score, tag; or three: "
            + "query id, document id, rank; or JSON), found \(columns.count) columns")
      }
      known = form
      let parts = try RunLine(
        columns, form, extraColumns: .ignored, &decoder, path: path, line: line.number)
      try append(
        Run.Entry(documentID: parts.documentID, score: parts.score), query: first, line.number)
    }
  }

  private mutating func append(
    _ entry: Run.Entry, query: ArraySlice<UInt8>, _ line: Int
  ) throws(FormatError) {
    let position: Int
    if let lastQuery, lastQuery.bytes.elementsEqual(query) {
      position = lastQuery.position
    } else {
      position = run.position(of: try decoder.text(of: query, path: path, line: line))
      lastQuery = (Array(query), position)
    }
    guard run.append(entry, at: position) else {
      throw twice(entry.documentID, String(decoding: query, as: UTF8.self), line)
    }
  }

  // MARK: JSON

  mutating func addObjects(_ lines: LineReader) throws(FormatError) {
    var lines = lines
    var ordinal = 0
    while let line = try lines.next() {
      if line.isBlank { continue }
      ordinal += 1
      try addRequest(line.bytes, line.number, ordinal)
    }
  }

  mutating func addElements(_ elements: JSONElementReader) throws(FormatError) {
    var elements = elements
    var ordinal = 0
    while let element = try elements.next() {
      ordinal += 1
      try addRequest(element.bytes[...], element.line, ordinal, indent: element.indent)
    }
  }

  /// Only identifiers are looked at: a result need not hold texts.
  private mutating func addRequest(
    _ bytes: ArraySlice<UInt8>, _ line: Int, _ ordinal: Int, indent: Int = 0
  ) throws(FormatError) {
    let value = try parseJSON(
      try decoder.wellFormed(bytes, path: path, line: line), path: path, line: line,
      indent: indent)
    guard let request = value.object else {
      throw failure(line, "expected an object with query and candidates, found \(value.kind)")
    }
    guard let candidates = request["candidates"]?.array else {
      throw failure(
        line, "expected an array as candidates, found \(request["candidates"]?.kind ?? "nothing")")
    }
    let names = request["query"]?.object ?? request
    // A query without an identifier is named by its place, as when it is ranked.
    let queryID = try identifier(in: names, queryKeys, line, "the query") ?? String(ordinal)
    let position = run.position(of: queryID)
    for (rank, candidate) in candidates.enumerated() {
      guard let members = candidate.object,
        let documentID = try identifier(in: members, documentKeys, line, "candidate \(rank)")
      else {
        throw failure(
          line, "candidate \(rank): expected an object with a docid, found \(candidate.kind)")
      }
      guard run.append(.init(documentID: documentID, score: -Double(rank)), at: position) else {
        throw twice(documentID, queryID, line)
      }
    }
  }

  private func identifier(
    in members: JSONObject, _ keys: [String], _ line: Int, _ owner: String
  ) throws(FormatError) -> String? {
    for key in keys {
      guard let value = members[key], !value.isNull else { continue }
      guard let text = value.string ?? value.number?.text, !text.isEmpty else {
        throw failure(line, "\(owner): expected an identifier as \(key), found \(value.kind)")
      }
      return text
    }
    return nil
  }

  // MARK: Errors

  private func twice(_ documentID: String, _ queryID: String, _ line: Int) -> FormatError {
    failure(
      line,
      "query \(shortened(queryID)): expected each document once, "
        + "found \(shortened(documentID)) twice")
  }

  private func failure(_ line: Int, _ reason: String) -> FormatError {
    FormatError(.malformed, path: path, line: line, reason: reason)
  }
}

private let queryKeys = ["qid", "query_id", "id", "_id"]
private let documentKeys = ["docid", "id", "_id"]
