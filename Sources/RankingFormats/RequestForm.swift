import JSON
import RankingCore

/// Reads one request from JSON: rank_llm's form, or the plain one.
///
/// - rank_llm: `{"query": {"qid", "text"}, "candidates": [{"docid", "score", "doc": {…}}]}`
/// - plain: `{"query": "…", "documents": ["…" or {"id", "text"}]}`
struct RequestForm {
  let path: String
  let line: Int?
  /// Names the query where the request does not: its place in the input, from 1.
  let ordinal: Int

  func request(from value: JSONValue) throws(FormatError) -> RankingRequest {
    guard let members = value.object else {
      throw failure("expected an object with query and candidates, found \(value.kind)")
    }
    let query = try query(of: members)
    let list: String
    switch (members["candidates"], members["documents"]) {
    case (.some, .some):
      throw failure("expected candidates or documents, found both")
    case (nil, nil): throw failure("expected candidates or documents, found neither")
    case (.some, nil): list = "candidates"
    case (nil, .some): list = "documents"
    }
    guard let elements = members[list]?.array else {
      throw failure("expected an array as \(list), found \(members[list]?.kind ?? "nothing")")
    }
    var documents: [Document] = []
    var candidates: [JSONObject] = []
    documents.reserveCapacity(elements.count)
    candidates.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      let (document, candidate) =
        list == "candidates"
        ? try rankLLMCandidate(element, index) : try plainDocument(element, index)
      documents.append(document)
      candidates.append(candidate)
    }
    let request = RankingRequest(
      query: query.query, documents: documents, path: path, line: line,
      envelope: envelope(of: members, query: query.member, movedKey: query.movedKey),
      candidates: candidates)
    try request.validate()
    return request
  }

  // MARK: Query

  /// - Returns: Also the query in its final form, and the request's member that has moved into it.
  private func query(of members: JSONObject) throws(FormatError) -> (
    query: Query, member: JSONValue, movedKey: String?
  ) {
    guard let value = members["query"] else { throw failure("expected a query, found none") }
    if let text = value.string {
      // The identifier may stand beside the query: {"qid": 1, "query": "…", "documents": […]}.
      let id = try identifier(in: members, ["qid", "query_id", "id", "_id"], of: "the query")
      let json = id?.value ?? .string(String(ordinal))
      return (
        Query(id: Self.text(of: json), text: text), ["qid": json, "text": .string(text)], id?.key
      )
    }
    guard var query = value.object else {
      throw failure("expected a string or an object as query, found \(value.kind)")
    }
    guard let text = (query["text"] ?? query["query"])?.string else {
      throw failure("expected a string as the query's text, found none")
    }
    let id = try identifier(in: query, ["qid", "query_id", "id", "_id"], of: "the query")
    if id == nil { query["qid"] = .string(String(ordinal)) }
    return (
      Query(id: id.map { Self.text(of: $0.value) } ?? String(ordinal), text: text),
      .object(query), nil
    )
  }

  // MARK: Candidates

  private func rankLLMCandidate(
    _ value: JSONValue, _ index: Int
  ) throws(FormatError) -> (Document, JSONObject) {
    guard var candidate = value.object else {
      throw failure("candidate \(index): expected an object, found \(value.kind)")
    }
    let place = "candidate \(index)"
    let given = try identifier(in: candidate, ["docid", "id", "_id"], of: place)?.value
    let id = given ?? .string(String(index))
    if given == nil { candidate["docid"] = id }
    guard let doc = candidate["doc"] ?? candidate["document"] else {
      throw failure("\(place): expected a doc, found none")
    }
    let (text, bodyStart) = try documentText(doc, place: place)
    return (Document(id: Self.text(of: id), text: text, bodyStart: bodyStart), candidate)
  }

  private func plainDocument(
    _ value: JSONValue, _ index: Int
  ) throws(FormatError) -> (Document, JSONObject) {
    let place = "document \(index)"
    let id = try value.object.flatMap { members throws(FormatError) in
      try identifier(in: members, ["id", "docid", "_id"], of: place)
    }
    let json = id?.value ?? .string(String(index))
    let (text, bodyStart) = try documentText(value, place: place)
    var doc = value.object ?? ["text": .string(text)]
    // What named the document stands beside its text in rank_llm's form.
    if let id { doc[id.key] = nil }
    return (
      Document(id: Self.text(of: json), text: text, bodyStart: bodyStart),
      ["docid": json, "score": nil, "doc": .object(doc)]
    )
  }

  private func documentText(
    _ doc: JSONValue, place: String
  ) throws(FormatError) -> (text: String, bodyStart: Int) {
    if let text = doc.string { return (text, 0) }
    guard let members = doc.object else {
      throw failure("\(place): expected a string or an object with a text, found \(doc.kind)")
    }
    guard let text = DocumentText.body(of: members) else {
      let keys = DocumentText.keys.joined(separator: ", ")
      throw failure("\(place): expected a string under one of \(keys), found none")
    }
    guard let title = members["title"]?.string, !title.isEmpty else { return (text, 0) }
    // As rank_llm words it.
    let heading = "Title: \(title) Content: "
    return (heading + text, heading.unicodeScalars.count)
  }

  // MARK: Parts

  /// The request's members in order: the query in its final form, the candidates' place held.
  private func envelope(
    of members: JSONObject, query: JSONValue, movedKey: String?
  ) -> JSONObject {
    var envelope = JSONObject()
    for (key, value) in members where key != movedKey {
      switch key {
      case "query": envelope["query"] = query
      case "candidates", "documents": envelope["candidates"] = .null
      default: envelope[key] = value
      }
    }
    return envelope
  }

  /// The first member of those names that is there; nil if none is.
  private func identifier(
    in members: JSONObject, _ keys: [String], of owner: String
  ) throws(FormatError) -> (key: String, value: JSONValue)? {
    for key in keys {
      guard let value = members[key], !value.isNull else { continue }
      switch value {
      case .string(let text) where !text.isEmpty: return (key, value)
      case .number: return (key, value)
      case .string: throw failure("\(owner): expected an identifier as \(key), found an empty one")
      default:
        throw failure("\(owner): expected a string or a number as \(key), found \(value.kind)")
      }
    }
    return nil
  }

  private static func text(of identifier: JSONValue) -> String {
    identifier.string ?? identifier.number?.text ?? ""
  }

  private func failure(_ reason: String) -> FormatError {
    FormatError(.malformed, path: path, line: line, reason: reason)
  }
}

/// Where a document's text stands in its JSON.
enum DocumentText {
  /// In this order, as rank_llm looks for them.
  static let keys = ["text", "segment", "contents", "content", "body", "passage"]

  /// The first of `keys` that holds a string.
  static func body(of members: JSONObject) -> String? {
    keys.lazy.compactMap { members[$0]?.string }.first
  }
}
