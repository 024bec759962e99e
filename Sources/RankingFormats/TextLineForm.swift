import JSON

/// Reads one line of a file of queries or documents.
struct TextLineForm {
  enum Kind {
    case queries
    case documents

    var identifierKeys: [String] {
      switch self {
      case .queries: ["_id", "qid", "query_id", "id"]
      case .documents: ["_id", "docid", "docno", "id"]
      }
    }
  }

  let kind: Kind
  let path: String
  let line: Int

  /// The identifier alone, without parsing the line where that is safe.
  func identifier(of bytes: ArraySlice<UInt8>, _ decoder: inout TextDecoder)
    throws(FormatError) -> String
  {
    guard isJSON(bytes) else {
      return try decoder.text(of: bytes[..<(try tabIndex(bytes))], path: path, line: line)
    }
    if let id = leadingIdentifier(bytes) { return id }
    return try identifier(of: try object(bytes, &decoder)).text
  }

  /// The whole line.
  func entry(of bytes: ArraySlice<UInt8>, _ decoder: inout TextDecoder)
    throws(FormatError) -> TextTable.Entry
  {
    guard isJSON(bytes) else {
      let tab = try tabIndex(bytes)
      let text = try decoder.text(of: bytes[(tab + 1)...], path: path, line: line)
      return .init(text: text, bodyStart: 0, members: ["text": .string(text)])
    }
    var members = try object(bytes, &decoder)
    let key = try identifier(of: members).key
    let text = try text(of: members)
    members[key] = nil
    return .init(text: text.whole, bodyStart: text.bodyStart, members: members)
  }

  /// Identifier and text.
  func identifiedText(of bytes: ArraySlice<UInt8>, _ decoder: inout TextDecoder)
    throws(FormatError) -> (id: String, text: String)
  {
    guard isJSON(bytes) else {
      let tab = try tabIndex(bytes)
      return (
        try decoder.text(of: bytes[..<tab], path: path, line: line),
        try decoder.text(of: bytes[(tab + 1)...], path: path, line: line)
      )
    }
    let members = try object(bytes, &decoder)
    return (try identifier(of: members).text, try text(of: members).whole)
  }

  // MARK: Parts

  private func isJSON(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first { $0 != space && $0 != tab } == UInt8(ascii: "{")
  }

  private func tabIndex(_ bytes: ArraySlice<UInt8>) throws(FormatError) -> Int {
    guard let index = bytes.firstIndex(of: tab) else {
      throw failure("expected id<TAB>text or a JSON object, found a line without a tab")
    }
    guard index > bytes.startIndex else {
      throw failure("expected an id before the tab, found none")
    }
    return index
  }

  private func object(_ bytes: ArraySlice<UInt8>, _ decoder: inout TextDecoder)
    throws(FormatError) -> JSONObject
  {
    let text = try decoder.wellFormed(bytes, path: path, line: line)
    let value = try parseJSON(text, path: path, line: line)
    guard let members = value.object else {
      throw failure("expected an object, found \(value.kind)")
    }
    return members
  }

  private func identifier(of members: JSONObject) throws(FormatError) -> (key: String, text: String)
  {
    for key in kind.identifierKeys {
      guard let value = members[key] else { continue }
      if let text = value.string ?? value.number?.text, !text.isEmpty { return (key, text) }
      throw failure("expected a string or a number as \(key), found \(value.kind)")
    }
    throw failure(
      "expected one of \(kind.identifierKeys.joined(separator: ", ")), found none")
  }

  private func text(
    of members: JSONObject
  ) throws(FormatError) -> (whole: String, bodyStart: Int) {
    switch kind {
    case .queries:
      guard let text = (members["text"] ?? members["query"])?.string else {
        throw failure("expected a string as text or query, found none")
      }
      return (text, 0)
    case .documents:
      guard let body = DocumentText.body(of: members) else {
        let keys = DocumentText.keys.joined(separator: ", ")
        throw failure("expected a string under one of \(keys), found none")
      }
      guard let title = members["title"]?.string, !title.isEmpty else { return (body, 0) }
      guard !body.isEmpty else { return (title, 0) }
      // As BEIR's readers join them.
      return ("\(title) \(body)", title.unicodeScalars.count + 1)
    }
  }

  /// The identifier of `{"_id": "…"`: the first member, a string without escapes, in ASCII; else nil.
  ///
  /// Corpora have millions of lines, of which few are wanted: this saves parsing the rest.
  private func leadingIdentifier(_ bytes: ArraySlice<UInt8>) -> String? {
    let quote = UInt8(ascii: "\"")
    func skipSpace(_ rest: inout ArraySlice<UInt8>) {
      rest = rest.drop { $0 == space || $0 == tab }
    }
    func string(_ rest: inout ArraySlice<UInt8>) -> String? {
      guard rest.popFirst() == quote, let end = rest.firstIndex(of: quote) else { return nil }
      let inside = rest[..<end]
      guard inside.allSatisfy({ 0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "\\") }) else { return nil }
      rest = rest[(end + 1)...]
      return String(decoding: inside, as: UTF8.self)
    }
    var rest = bytes
    skipSpace(&rest)
    guard rest.popFirst() == UInt8(ascii: "{") else { return nil }
    skipSpace(&rest)
    guard string(&rest) == kind.identifierKeys[0] else { return nil }
    skipSpace(&rest)
    guard rest.popFirst() == UInt8(ascii: ":") else { return nil }
    skipSpace(&rest)
    guard let id = string(&rest), !id.isEmpty else { return nil }
    return id
  }

  private func failure(_ reason: String) -> FormatError {
    FormatError(.malformed, path: path, line: line, reason: reason)
  }
}
