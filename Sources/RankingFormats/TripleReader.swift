public import RankingCore

/// A query with a document that answers it and one that does not: what a ranker learns from.
public struct TrainingTriple: Sendable, Hashable {
  /// Its identifier is empty where the file has none; so are those of the documents.
  public let query: Query
  /// The relevant document.
  public let positive: Document
  /// A document that is not relevant.
  public let negative: Document

  /// A triple.
  public init(query: Query, positive: Document, negative: Document) {
    self.query = query
    self.positive = positive
    self.negative = negative
  }
}

/// Reads MS MARCO's training triples, one a line; gzip data are expanded, and blank lines skipped.
public struct TripleReader {
  private enum Content {
    case texts
    case identifiers(queries: TextTable, collection: TextTable)
  }

  private let path: String
  private let content: Content
  private var lines: LineReader
  private var decoder: TextDecoder

  /// Reads triples of texts: `query<TAB>positive<TAB>negative`.
  ///
  /// - Parameter path: The file; `-` is standard input.
  public init(path: String, invalidUTF8: InvalidUTF8 = .replace) throws(FormatError) {
    self.path = path
    content = .texts
    lines = try LineReader(path: path)
    decoder = TextDecoder(invalidUTF8)
  }

  /// Reads triples of identifiers: `query positive negative`.
  ///
  /// Opening walks over the triples, then over the queries and the collection, and keeps the places of
  /// the texts that the triples name; a text is read when its triple is.
  ///
  /// - Parameters:
  ///   - queries: `id<TAB>text`, JSON Lines or a BEIR folder, as is `collection`.
  ///   - report: Called for each of their lines that is skipped, with the reason.
  public init(
    path: String, queries: String, collection: String, invalidUTF8: InvalidUTF8 = .replace,
    report: (FormatError) -> Void
  ) throws(FormatError) {
    self.path = path
    decoder = TextDecoder(invalidUTF8)
    let file = try SeekableFile(path: path)
    let wanted = try Self.identifiers(in: file.lines(), decoder, path)
    content = .identifiers(
      queries: try TextTable(
        path: queries, kind: .queries, wanted: wanted.queries, invalidUTF8: invalidUTF8,
        report: report),
      collection: try TextTable(
        path: collection, kind: .documents, wanted: wanted.documents, invalidUTF8: invalidUTF8,
        report: report))
    lines = try file.lines()
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int {
    guard case .identifiers(let queries, let collection) = content else {
      return decoder.replacedBytes
    }
    return decoder.replacedBytes + queries.replacedBytes + collection.replacedBytes
  }

  /// The next triple, or why a line is refused (the one after it may be good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  public mutating func next() throws(FormatError) -> Result<TrainingTriple, FormatError>? {
    do {
      while let line = try lines.next() {
        if line.isBlank { continue }
        switch content {
        case .texts: return .success(try triple(line))
        case .identifiers(let queries, let collection):
          return .success(try triple(line, queries, collection))
        }
      }
      return nil
    } catch {
      guard error.kind == .malformed else { throw error }
      return .failure(error)
    }
  }

  private mutating func triple(_ line: Line) throws(FormatError) -> TrainingTriple {
    let columns = line.bytes.split(separator: tab, omittingEmptySubsequences: false)
    guard columns.count == 3 else {
      throw failure(
        line,
        "expected three texts (query, positive, negative) between tabs, "
          + "found \(columns.count)")
    }
    var texts: [String] = []
    for (name, bytes) in zip(["query", "positive", "negative"], columns) {
      let text = try decoder.text(of: bytes, path: path, line: line.number)
      guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
        throw failure(line, "expected a text as \(name), found an empty one")
      }
      texts.append(text)
    }
    return TrainingTriple(
      query: Query(text: texts[0]), positive: Document(text: texts[1]),
      negative: Document(text: texts[2]))
  }

  private mutating func triple(
    _ line: Line, _ queries: TextTable, _ collection: TextTable
  ) throws(FormatError) -> TrainingTriple {
    let ids = try Self.identifiers(in: line, &decoder, path)
    func text(_ id: String, _ name: String, in table: TextTable) throws(FormatError) -> String {
      guard let entry = try table.entry(for: ExactID(id)) else {
        throw failure(line, "expected \(name) \(shortened(id)) in \(table.path), found none")
      }
      return entry.text
    }
    return TrainingTriple(
      query: Query(id: ids[0], text: try text(ids[0], "query", in: queries)),
      positive: Document(id: ids[1], text: try text(ids[1], "document", in: collection)),
      negative: Document(id: ids[2], text: try text(ids[2], "document", in: collection)))
  }

  /// Every identifier that triples name; lines that are none are refused when they are read.
  private static func identifiers(
    in lines: LineReader, _ decoder: TextDecoder, _ path: String
  ) throws(FormatError) -> (queries: Set<ExactID>, documents: Set<ExactID>) {
    var lines = lines
    var decoder = decoder
    var queries: Set<ExactID> = []
    var documents: Set<ExactID> = []
    while true {
      do throws(FormatError) {
        guard let line = try lines.next() else { return (queries, documents) }
        if line.isBlank { continue }
        let ids = try identifiers(in: line, &decoder, path)
        queries.insert(ExactID(ids[0]))
        documents.formUnion([ExactID(ids[1]), ExactID(ids[2])])
      } catch {
        guard error.kind == .malformed else { throw error }
      }
    }
  }

  /// The three identifiers of a line.
  private static func identifiers(
    in line: Line, _ decoder: inout TextDecoder, _ path: String
  ) throws(FormatError) -> [String] {
    let columns = lineColumns(of: line.bytes)
    guard columns.count == 3 else {
      throw FormatError(
        .malformed, path: path, line: line.number,
        reason: "expected three columns (query id, positive id, negative id), "
          + "found \(columns.count)")
    }
    var ids: [String] = []
    for column in columns {
      ids.append(try decoder.text(of: column, path: path, line: line.number))
    }
    return ids
  }

  private func failure(_ line: Line, _ reason: String) -> FormatError {
    FormatError(.malformed, path: path, line: line.number, reason: reason)
  }
}
