import JSON
import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Windows and given scores of requests")
struct WindowWritingTests {
  @Test("A window counts in code points of the candidate's own text, without its title")
  func windows() throws {
    let request = try request(
      #"{"query":"q","candidates":[{"docid":"a","window":{"start":1,"end":2},"#
        + #""doc":{"title":"T🐝","text":"é\r\nB C"}},{"docid":"b","window":"mine","doc":"B"}]}"#)
    let document = request.documents[0]
    #expect(document.text == "Title: T🐝 Content: é\r\nB C" && document.bodyStart == 19)
    func candidates(_ windows: [Range<Int>?]) throws -> [JSONValue?] {
      let entries = zip(request.documents, windows).enumerated().map { index, pair in
        var entry = RankedDocument(
          document: pair.0, score: 1, scale: .logit, candidateIndex: index)
        entry.window = pair.1
        return entry
      }
      let text = RankLLMWriter().text(of: Ranking(ordered: entries), for: request)
      return try JSONValue(parsing: text)["candidates"]?.array?.map { $0["window"] } ?? []
    }
    #expect(
      try candidates([22..<25, nil]) == [["start": 3, "end": 6], "mine"])
    #expect(document.excerpt(22..<25) == "Title: T🐝 Content: B C")
    // The whole text, title and all.
    #expect(try candidates([0..<25, 0..<1])[0] == ["start": 0, "end": 6])
    #expect(try candidates([nil, nil]) == [nil, "mine"])
  }

  @Test(
    "Scores that came with all candidates, and fall, make a ranking; others none",
    arguments: [
      ("2,1", [2, 1]), ("1,1", [1, 1]), ("1,2", nil), (#"1,"x""#, nil), ("null,1", nil),
    ] as [(String, [Double]?)])
  func given(scores: String, expected: [Double]?) throws {
    let parts = scores.split(separator: ",")
    let request = try request(
      #"{"query":"q","candidates":[{"docid":"a","score":\#(parts[0]),"doc":"A"},"#
        + #"{"docid":"b","score":\#(parts[1]),"doc":"B"}]}"#)
    #expect(request.given?.map(\.score) == expected)
    #expect(request.given?.map(\.document) == expected.map { _ in request.documents })
  }

  @Test("A run's scores come with its candidates, and titles stand before the body")
  func runs() throws {
    try TemporaryFolder.use { folder in
      var reader = try RunReader(
        run: try folder.write("q Q0 b 1 1.5 t\nq Q0 a 2 3 t\n", to: "run"),
        queries: try folder.write("q\tQ\n", to: "queries"),
        corpus: try folder.write(
          #"{"_id":"a","title":"É","text":"A"}"# + "\n" + #"{"_id":"b","text":"B"}"#, to: "corpus")
      ) { _ in }
      let request = try #require(try reader.next()).get()
      #expect(request.given?.map(\.score) == [3, 1.5])
      #expect(request.documents.map(\.text) == ["É A", "B"])
      #expect(request.documents.map(\.bodyStart) == [2, 0])
    }
  }

  @Test("Scores of a fused ranking go into a run as they are, through all stages")
  func fused() {
    let request = request(["a": "A", "b": "B", "c": "C"])
    var entries = ranking(of: request, [3, 2, 1], .fused).entries
    entries[0].stage = "x"
    var writer = TRECRunWriter(tag: "t")
    let text = writer.text(of: Ranking(ordered: entries), for: request)
    #expect(writer.loweredScores == 0, "\(text)")
    entries[1].score = 3
    let equal = writer.text(of: Ranking(ordered: entries), for: request)
    #expect(writer.loweredScores == 1 && equal.contains("b 2 2.9999"), "\(equal)")
  }
}
