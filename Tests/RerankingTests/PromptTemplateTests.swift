import Reranking
import Testing

@Suite("A prompt's template")
struct PromptTemplateTests {
  let mono: [PromptTemplate.Field] = [.query, .document]
  let duo: [PromptTemplate.Field] = [.query, .document0, .document1]

  @Test("A template is cut into literals and fields, in order")
  func segments() throws {
    let template = try PromptTemplate(
      parsing: "Query: {query} Document: {document} Relevant:", fields: mono)
    #expect(
      template.segments == [
        .literal("Query: "), .field(.query), .literal(" Document: "), .field(.document),
        .literal(" Relevant:"),
      ])
  }

  @Test("A field may stand at either end, and one space may be all between two")
  func fieldsAtTheEnds() throws {
    let template = try PromptTemplate(parsing: "{document1} {query}\tx\n{document0}", fields: duo)
    #expect(
      template.segments == [
        .field(.document1), .literal(" "), .field(.query), .literal("\tx\n"), .field(.document0),
      ])
  }

  @Test("Rendering puts each text in its place, and reads none as a template")
  func rendering() throws {
    let template = try PromptTemplate(parsing: "a {document1} b {query} c {document0}", fields: duo)
    let text = template.rendered { field in field == .query ? "{document0}" : "<\(field.rawValue)>"
    }
    #expect(text == "a <document1> b {document0} c <document0>")
  }

  @Test(
    "A faulty template is refused in a sentence that says what is wrong",
    arguments: [
      ("", "{query} exactly once, found it 0 times"),
      ("{query}", "{document} exactly once, found it 0 times"),
      ("{query} {document} {query}", "{query} exactly once, found it 2 times"),
      ("{query} {document} {documents}", "found {documents}"),
      ("{query} {document} {document0}", "found {document0}"),
      ("{query} {document} {Query}", "found {Query}"),
      ("{query} {document} {}", "found {}"),
      ("{query} {document} { query }", "found { query }"),
      ("{query} {document", "after each '{'"),
      ("{query} {document} {", "after each '{'"),
      ("{query} {{document}}", "after each '{'"),
      ("{query} document}", "'}' by itself"),
      ("{query} {document} }", "'}' by itself"),
      ("{query}{document}", "white space between {query}"),
      ("{query} Document:{document}", "white space between {document}"),
      ("{query}, {document}", "white space between {query}"),
      ("{query} \u{A0}{document}", "white space between {document}"),
      ("{query} {document}\u{301} x", "white space between {document}"),
      ("{query} {document}: x", "white space between {document}"),
    ])
  func refuses(text: String, sentence: String) {
    let error = #expect(throws: PromptTemplateError.self) {
      try PromptTemplate(parsing: text, fields: mono)
    }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "no error")")
  }
}
