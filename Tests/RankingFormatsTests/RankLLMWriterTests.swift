import JSON
import RankingCore
import RankingFormats
import Testing

@Suite("Writing rank_llm's form")
struct RankLLMWriterTests {
  private func written(_ json: String, _ scores: [Double]) throws -> String {
    let request = try request(json)
    return RankLLMWriter().text(of: ranking(of: request, scores), for: request)
  }

  @Test("Candidates come best first with their new scores; all else stays as it was, in its order")
  func passesThrough() throws {
    let text = try written(
      #"{"run":1.50,"query":{"lang":"en","qid":7,"text":"q"},"candidates":["#
        + #"{"x":null,"docid":"a","score":9,"doc":{"url":"u","segment":"A"},"rank":1},"#
        + #"{"docid":2,"doc":"B"}],"more":[{}]}"#, [-1.5, 2])
    #expect(
      text == #"{"run":1.50,"query":{"lang":"en","qid":7,"text":"q"},"candidates":["#
        + #"{"docid":2,"doc":"B","score":2.0},"#
        + #"{"x":null,"docid":"a","score":-1.5,"doc":{"url":"u","segment":"A"},"rank":1}],"#
        + #""more":[{}]}"# + "\n")
  }

  @Test("A plain request becomes rank_llm's form; what names it moves, what does not stays")
  func plain() throws {
    let text = try written(
      #"{"documents":["A",{"id":"b","docid":"own","text":"B","url":"u"}],"#
        + #""id":"own","query":"q","qid":5,"lang":"en"}"#, [1, 2])
    #expect(
      text
        == #"{"candidates":[{"docid":"b","score":2.0,"doc":{"docid":"own","text":"B","url":"u"}},"#
        + #"{"docid":"0","score":1.0,"doc":{"text":"A"}}],"#
        + #""id":"own","query":{"qid":5,"text":"q"},"lang":"en"}"# + "\n")
  }

  @Test("What is missing is added: identifiers by place, scores")
  func adds() throws {
    #expect(
      try written(#"{"query":{"text":"q"},"candidates":[{"doc":{"text":"A"}}]}"#, [0.1])
        == #"{"query":{"text":"q","qid":"1"},"candidates":"#
        + #"[{"doc":{"text":"A"},"docid":"0","score":0.1}]}"# + "\n")
  }

  @Test(
    "A rating's distribution goes beside its score, and an old one goes away with the old score")
  func distribution() throws {
    let request = try request(
      #"{"query":"q","candidates":[{"docid":"a","score":1,"distribution":[1],"doc":"A"}]}"#)
    var entry = RankedDocument(
      document: request.documents[0], score: 2, scale: .expectedValue, candidateIndex: 0)
    func candidates() throws -> JSONValue? {
      let text = RankLLMWriter().text(of: Ranking(ordered: [entry]), for: request)
      return try JSONValue(parsing: text)["candidates"]
    }
    #expect(try candidates()?.serialized() == #"[{"docid":"a","score":2.0,"doc":"A"}]"#)
    entry.distribution = [0.25, 0.75]
    #expect(try candidates()?[0]?["distribution"]?.serialized() == "[0.25,0.75]")
  }

  @Test("A cascade's stages are written, and an earlier cascade's go away; other stages stay")
  func stages() throws {
    let request = try request(
      #"{"query":"q","candidates":[{"docid":"a","stage":"x","stage_scores":{"x":1},"doc":"A"},"#
        + #"{"docid":"b","stage":3,"doc":"B"}]}"#)
    var entries = request.documents.enumerated().map { index, document in
      RankedDocument(document: document, score: 2, scale: .logit, candidateIndex: index)
    }
    func candidates() throws -> [String]? {
      let text = RankLLMWriter().text(of: Ranking(ordered: entries), for: request)
      return try JSONValue(parsing: text)["candidates"]?.array?.map { $0.serialized() }
    }
    #expect(
      try candidates() == [
        #"{"docid":"a","doc":"A","score":2.0}"#, #"{"docid":"b","stage":3,"doc":"B","score":2.0}"#,
      ])
    entries[0].stage = "z"
    entries[0].stageScores = [
      StageScore(stage: "z", score: 1), StageScore(stage: "y", score: 2),
    ]
    #expect(try JSONValue(parsing: try #require(try candidates()?[0]))["stage"]?.string == "z")
    #expect(try candidates()?[0].contains(#""stage_scores":{"z":1.0,"y":2.0}"#) == true)
  }

  @Test("Only what is ranked is written, and each line is one line of JSON")
  func lines() throws {
    let request = request(["a": "line\nfeed \u{2028}\0\"", "b": "B"])
    let text = RankLLMWriter().text(of: ranking(of: request, [2, 1]).top(1), for: request)
    #expect(text.utf8.filter { $0 == 0x0A }.count == 1 && text.hasSuffix("}\n"))
    let value = try JSONValue(parsing: text)
    #expect(value["candidates"]?.array?.count == 1)
    #expect(value["candidates"]?[0]?["doc"]?["text"]?.string == request.documents[0].text)
  }

  @Test("A score reads back as the same number", arguments: [0.1, -1e-7, 1e300, 12_345_678.9, 0])
  func scores(score: Double) throws {
    let request = request(["a": "A"])
    let text = RankLLMWriter().text(of: ranking(of: request, [score]), for: request)
    #expect(try JSONValue(parsing: text)["candidates"]?[0]?["score"]?.double == score)
  }
}
