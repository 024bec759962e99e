import JSON
public import RankingCore

/// Writes queries and documents as lines of MS MARCO's or of BEIR's files.
public enum TextWriter: Sendable, Hashable {
  /// `id<TAB>text`; line ends and tabs in a text become spaces.
  case msMarco
  /// JSON with `_id` and `text`, and with an empty `title` for documents.
  case beir

  /// The line of a query, with its end.
  ///
  /// - Throws: For an identifier that is no column: empty, or with white space.
  public func line(of query: Query) throws(FormatError) -> String {
    try line(query.id, query.text, ["_id": .string(query.id), "text": .string(query.text)])
  }

  /// The line of a document, with its end.
  ///
  /// - Throws: For an identifier that is no column: empty, or with white space.
  public func line(of document: Document) throws(FormatError) -> String {
    try line(
      document.id, document.text,
      ["_id": .string(document.id), "title": "", "text": .string(document.text)])
  }

  private func line(
    _ id: String, _ text: String, _ members: JSONObject
  ) throws(FormatError) -> String {
    guard isColumn(id) else {
      throw FormatError(
        .malformed, path: "-",
        reason: "expected an identifier without white space, found \"\(shortened(id))\"")
    }
    switch self {
    case .beir: return JSONValue.object(members).serialized() + "\n"
    case .msMarco:
      let ends: Set<Unicode.Scalar> = ["\t", "\n", "\r"]
      let flat = text.unicodeScalars.map { ends.contains($0) ? " " : $0 }
      return "\(id)\t\(String(String.UnicodeScalarView(flat)))\n"
    }
  }
}
