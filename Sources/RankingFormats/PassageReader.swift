import RankingCore

/// One request: a query, and the lines of some files as its passages.
///
/// Blank lines are skipped. A passage is named by its line number, from 1, with its file's name
/// before it (`notes.txt:3`) where there are several files.
public struct PassageReader: RequestSource {
  private let query: String
  private let paths: [String]
  private var decoder: TextDecoder
  private var isDone = false

  /// Ranks the lines of all files together; `-` is standard input.
  public init(query: String, paths: [String], invalidUTF8: InvalidUTF8 = .replace) {
    self.query = query
    self.paths = paths
    decoder = TextDecoder(invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int { decoder.replacedBytes }

  /// The next request, or why it is refused; nil at the end.
  public mutating func next() throws(FormatError) -> Result<RankingRequest, FormatError>? {
    guard !isDone else { return nil }
    isDone = true
    do {
      let request = RankingRequest(
        query: Query(id: "1", text: query), documents: try passages(), path: paths.first ?? "-")
      try request.validate()
      return .success(request)
    } catch {
      guard error.kind == .malformed else { throw error }
      return .failure(error)
    }
  }

  private mutating func passages() throws(FormatError) -> [Document] {
    var documents: [Document] = []
    for path in paths {
      var lines = try LineReader(path: path)
      while let line = try lines.next() {
        if line.isBlank { continue }
        let text = try decoder.text(of: line.bytes, path: path, line: line.number)
        let id = paths.count > 1 ? "\(path):\(line.number)" : String(line.number)
        documents.append(Document(id: id, text: text))
      }
    }
    return documents
  }
}
