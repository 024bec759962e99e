/// A prompt's text with places for the query and the documents, as `Query: {query} Document:
/// {document} Relevant:`.
public struct PromptTemplate: Sendable, Hashable, CustomStringConvertible {
  /// A place for text, in the template's words.
  public enum Field: String, Sendable, Hashable, CaseIterable {
    case query
    /// The document of a prompt about one document.
    case document
    /// The document shown first of two.
    case document0
    /// The document shown second of two.
    case document1
  }

  /// A stretch of a template.
  public enum Segment: Sendable, Hashable {
    case literal(String)
    case field(Field)
  }

  /// The template as its file words it.
  public let text: String
  /// The template's stretches in order; no literal is empty, and no two stand side by side.
  public let segments: [Segment]

  /// The template as its file words it.
  public var description: String { text }

  /// Reads a template: text in which `{name}` is a field, with no escape for a brace (T5 has no
  /// piece for one).
  ///
  /// Each of `fields` stands in it exactly once, and between a field and its neighbour is white
  /// space. The second rule makes shortening exact: SentencePiece's pieces never cross white space,
  /// so the tokens of a prompt are those of its segments in a row, and dropping tokens at a
  /// document's end changes no others.
  ///
  /// - Throws: `PromptTemplateError`, one sentence on the first thing that is wrong.
  public init(parsing text: String, fields: [Field]) throws(PromptTemplateError) {
    self.text = text
    self.segments = try Self.segments(of: text, fields: fields)
    try checkFieldsOccurOnce(fields)
    try checkWhiteSpaceAroundFields()
  }

  /// The prompt as one string, before any shortening.
  ///
  /// - Parameter value: The text of each field.
  public func rendered(_ value: (Field) -> String) -> String {
    segments.map {
      switch $0 {
      case .literal(let literal): literal
      case .field(let field): value(field)
      }
    }.joined()
  }

  private static func segments(
    of text: String, fields: [Field]
  ) throws(PromptTemplateError) -> [Segment] {
    // Scalars, not characters: a brace with a combining mark is still a brace.
    let isBrace: (Unicode.Scalar) -> Bool = { $0 == "{" || $0 == "}" }
    var segments: [Segment] = []
    var rest = text.unicodeScalars[...]
    while let brace = rest.firstIndex(where: isBrace) {
      guard rest[brace] == "{" else {
        throw PromptTemplateError("expected a '{' before each '}', found a '}' by itself")
      }
      if brace > rest.startIndex { segments.append(.literal(String(rest[..<brace]))) }
      rest = rest[rest.index(after: brace)...]
      guard let end = rest.firstIndex(where: isBrace), rest[end] == "}" else {
        throw PromptTemplateError(
          "expected a '}' after each '{' and its field's name, found '{\(rest.prefix(20))'")
      }
      segments.append(.field(try field(named: String(rest[..<end]), among: fields)))
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { segments.append(.literal(String(rest))) }
    return segments
  }

  private static func field(
    named name: String, among fields: [Field]
  ) throws(PromptTemplateError) -> Field {
    guard let field = Field(rawValue: name), fields.contains(field) else {
      let expected = fields.map { "{\($0.rawValue)}" }.joined(separator: ", ")
      throw PromptTemplateError("expected the fields \(expected), found {\(name.prefix(40))}")
    }
    return field
  }

  private func checkFieldsOccurOnce(_ fields: [Field]) throws(PromptTemplateError) {
    for field in fields {
      let count = segments.count { $0 == .field(field) }
      guard count == 1 else {
        throw PromptTemplateError(
          "expected {\(field.rawValue)} exactly once, found it \(count) times")
      }
    }
  }

  private func checkWhiteSpaceAroundFields() throws(PromptTemplateError) {
    for (left, right) in zip(segments, segments.dropFirst()) {
      guard case .field(let field) = left, !right.startsWithWhiteSpace else {
        guard case .field(let field) = right, !left.endsWithWhiteSpace else { continue }
        throw Self.noWhiteSpace(beside: field)
      }
      throw Self.noWhiteSpace(beside: field)
    }
  }

  private static func noWhiteSpace(beside field: Field) -> PromptTemplateError {
    PromptTemplateError(
      "expected white space between {\(field.rawValue)} and its neighbours, found none; without it "
        + "a document cannot be shortened token by token")
  }
}

extension PromptTemplate.Segment {
  fileprivate var startsWithWhiteSpace: Bool {
    guard case .literal(let text) = self else { return false }
    return text.unicodeScalars.first.map(isWhiteSpace) ?? false
  }

  fileprivate var endsWithWhiteSpace: Bool {
    guard case .literal(let text) = self else { return false }
    return text.unicodeScalars.last.map(isWhiteSpace) ?? false
  }

  // Only what every tokenizer's normalisation takes for white space.
  private func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\n"
  }
}
