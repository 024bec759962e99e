/// Identified texts, one a line: documents of a corpus, or queries.
///
/// A line is `id<TAB>text`, or a JSON object. A directory in BEIR's layout stands for its
/// `corpus.jsonl` or `queries.jsonl`. Blank lines are skipped.
public struct TextReader {
  /// What the lines hold.
  public enum Content: Sendable, Hashable {
    /// Texts under the keys of documents; a title goes before the text.
    case documents
    /// Texts under the keys of queries.
    case queries
    /// Queries without identifiers: the whole line is the text, its number names it.
    case plainQueries
  }

  /// One line.
  public struct Entry: Sendable, Hashable {
    /// Names the text.
    public let id: String
    /// The text; it may be empty.
    public let text: String
    /// The file; `-` is standard input.
    public let path: String
    /// Its line there, from 1.
    public let line: Int

    /// An error about this line.
    public func refusal(_ reason: String) -> FormatError {
      FormatError(.malformed, path: path, line: line, reason: reason)
    }
  }

  private let content: Content
  private var walker: LineWalker

  /// Reads files in order; `-` is standard input.
  public init(paths: [String], content: Content, invalidUTF8: InvalidUTF8 = .replace) {
    let files = paths.map {
      content == .documents ? BEIRFolder.corpus(at: $0) : BEIRFolder.queries(at: $0)
    }
    self.content = content
    walker = LineWalker(paths: files, invalidUTF8: invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int { walker.replacedBytes }

  /// Throws for the first file that is missing or must not be read.
  public func checkFiles() throws(FormatError) {
    try InputFiles.check(walker.remainingPaths)
  }

  /// The next entry, or why a line is refused (the one after it may be good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  public mutating func next() throws(FormatError) -> Result<Entry, FormatError>? {
    let content = content
    return try walker.next { (line, path, decoder) throws(FormatError) in
      if content == .plainQueries {
        let text = try decoder.text(of: line.bytes, path: path, line: line.number)
        return Entry(id: String(line.number), text: text, path: path, line: line.number)
      }
      let form = TextLineForm(
        kind: content == .documents ? .documents : .queries, path: path, line: line.number)
      let (id, text) = try form.identifiedText(of: line.bytes, &decoder)
      return Entry(id: id, text: text, path: path, line: line.number)
    }
  }
}
