package import JSON

/// Objects of JSON Lines files, one at a time.
///
/// Blank lines are skipped; gzip data are expanded.
package struct JSONLinesReader {
  /// One line.
  package struct Entry {
    package let members: JSONObject
    /// The file; `-` is standard input.
    package let path: String
    /// From 1.
    package let line: Int
  }

  private var walker: LineWalker

  /// Reads files in order; `-` is standard input.
  package init(paths: [String], invalidUTF8: InvalidUTF8 = .replace) {
    walker = LineWalker(paths: paths, invalidUTF8: invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  package var replacedBytes: Int { walker.replacedBytes }

  /// The next object, or why a line is refused (the one after it may be good); nil at the end.
  ///
  /// - Throws: Only when nothing more can be read.
  package mutating func next() throws(FormatError) -> Result<Entry, FormatError>? {
    try walker.next { (line, path, decoder) throws(FormatError) in
      let text = try decoder.wellFormed(line.bytes, path: path, line: line.number)
      let value = try parseJSON(text, path: path, line: line.number)
      guard let members = value.object else {
        throw FormatError(
          .malformed, path: path, line: line.number,
          reason: "expected an object, found \(value.kind)")
      }
      return Entry(members: members, path: path, line: line.number)
    }
  }
}
