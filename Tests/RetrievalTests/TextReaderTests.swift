import Foundation
import RankingFormats
import Testing

@Suite("Corpora and queries by line")
struct TextReaderTests {
  @Test("Tab-separated lines and JSON objects may be mixed; a title goes before the text")
  func documents() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/corpus"
      let lines = [
        "1\tbees\tfly", #"{"_id": "2", "title": "Ants", "text": "nest"}"#, "",
        #"{"docid": 3, "contents": "wasps"}"#, #"{"id": "4"}"#, "\tno id",
      ]
      try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
      var reader = TextReader(paths: [path], content: .documents)
      var found: [String] = []
      while let next = try reader.next() {
        switch next {
        case .success(let entry): found.append("\(entry.line) \(entry.id) \(entry.text)")
        case .failure(let error): found.append("\(error.line ?? 0) refused")
        }
      }
      #expect(
        found == ["1 1 bees\tfly", "2 2 Ants nest", "4 3 wasps", "5 refused", "6 refused"])
    }
  }

  @Test("A folder stands for its queries, and plain queries are named by their lines")
  func queries() throws {
    try withTemporaryFolder { folder in
      try #"{"_id": "q", "text": "bees"}"#
        .write(toFile: "\(folder)/queries.jsonl", atomically: false, encoding: .utf8)
      var reader = TextReader(paths: [folder], content: .queries)
      #expect(try reader.next()?.get().id == "q")
      #expect(try reader.next() == nil)
      try "\nhow\tdo bees fly\n".write(
        toFile: "\(folder)/plain", atomically: false, encoding: .utf8)
      var plain = TextReader(paths: ["\(folder)/plain"], content: .plainQueries)
      let entry = try #require(try plain.next()).get()
      #expect(entry.id == "2")
      #expect(entry.text == "how\tdo bees fly")
    }
  }
}
