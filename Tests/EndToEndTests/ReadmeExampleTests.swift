import Foundation
import T5Rank
import Testing

/// The README's Swift example, compiled and run.
struct ReadmeExampleTests {
  /// The example, word for word.
  private func example(print: (Double, String) -> Void) throws {
    let model = try ModelDirectory(path: "weights/t5rank-mini")
    let passages = ["Bees find home by the sun.", "Concrete is made of cement.", "Rates rose."]
    let ranking = try model.reranker().rank(query: "how do bees find home", documents: passages)
    for entry in ranking { print(entry.score, entry.document.text) }
  }

  @Test("The README's example runs as it stands there, and ranks")
  func runs() throws {
    var printed: [String] = []
    try example { printed.append($1) }
    #expect(printed.count == 3)
    #expect(printed.first == "Bees find home by the sun.")
  }

  @Test("The README shows this example, in at most six lines")
  func isQuoted() throws {
    let quoted = try Readme.code("swift")
    #expect(quoted.count <= 6)
    #expect(quoted.first == "import T5Rank")
    let source = String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: #filePath)), as: UTF8.self)
    let body = quoted.dropFirst().map { "    \($0)\n" }.joined()
    #expect(
      source.contains("-> Void) throws {\n\(body)  }\n"),
      "example() must hold what the README shows")
  }
}
