import JSON
import Reranking
import Testing

@Suite("A prompt file")
struct PromptFileTests {
  @Test("A sound file is read whole")
  func readsEverything() throws {
    let prompt = try Prompt(
      parsing: promptFile(["max_tokens": 77, "truncation": "prompt", "end_of_sequence": false]),
      path: "p.json")
    #expect(prompt.name == "test")
    #expect(prompt.description == "A test.")
    #expect(prompt.source == "none")
    #expect(prompt.mode == .mono)
    #expect(prompt.template.text == "Query: {query} Document: {document} Relevant:")
    #expect(
      prompt.labels == [.init(pieces: ["▁false"], value: 0), .init(pieces: ["▁true"], value: 1)])
    #expect(prompt.scoring == .logOdds)
    #expect(prompt.maximumTokens == 77)
    #expect(prompt.truncation == .prompt)
    #expect(!prompt.endsWithEndOfSequence)
  }

  @Test("The labels of log-odds may come in either order, and have several pieces")
  func readsSeveralPieces() throws {
    let prompt = try Prompt(
      parsing: promptFile([
        "mode": "duo", "template": duoTemplate,
        "labels": [
          ["pieces": ["▁Document", "1"], "value": 1], ["pieces": ["▁Document", "2"], "value": 0],
        ],
      ]), path: "p.json")
    #expect(prompt.labels.map(\.pieces) == [["▁Document", "1"], ["▁Document", "2"]])
  }

  static let keys = [
    "name", "description", "source", "mode", "template", "labels", "scoring", "max_tokens",
    "truncation", "end_of_sequence",
  ]

  @Test("Each key is required", arguments: keys)
  func refusesMissingKey(key: String) {
    expectRefusal(
      promptFile([key: JSONValue?.none]), "p.json: \(key): expected this key, found no such key")
  }

  @Test("No key takes null, an object, or another value of a wrong type", arguments: keys)
  func refusesWrongTypes(key: String) {
    for value: JSONValue in [.null, ["a": 1], [[]], -1.5, [1]] {
      expectRefusal(promptFile([key: value]), "p.json: \(key)")
    }
  }

  static let hostileValues: [(String, JSONValue, String)] = [
    ("name", "", "name: expected a name, found \"\""),
    ("mode", "mono-duo", "mode: expected one of mono, rank, duo, found \"mono-duo\""),
    ("mode", "Mono", "mode: expected one of"),
    ("scoring", "logodds", "scoring: expected one of log-odds, expected-value, logit"),
    ("scoring", "logit", "scoring: expected log-odds for mode mono, found logit"),
    ("scoring", "expected-value", "scoring: expected log-odds for mode mono"),
    ("mode", "rank", "scoring: expected expected-value or logit for mode rank, found log-odds"),
    ("mode", "duo", "template: expected the fields {query}, {document0}, {document1}"),
    ("truncation", "left", "truncation: expected one of document, prompt, found \"left\""),
    ("max_tokens", 0, "max_tokens: expected an integer from 1 to 1048576, found 0"),
    ("max_tokens", -512, "max_tokens: expected an integer"),
    ("max_tokens", 1_048_577, "max_tokens: expected an integer"),
    ("max_tokens", 512.5, "max_tokens: expected an integer"),
    ("max_tokens", 9e99, "max_tokens: expected an integer"),
    ("max_tokens", "512", "max_tokens: expected an integer from 1 to 1048576, found \"512\""),
    ("end_of_sequence", 1, "end_of_sequence: expected true or false, found 1"),
    ("end_of_sequence", "true", "end_of_sequence: expected true or false, found \"true\""),
    ("template", duoTemplate, "template: expected the fields {query}, {document}, found"),
    ("template", "{query}{document}", "template: expected white space"),
    ("labels", [], "labels: expected two for log-odds"),
    ("labels", ["▁true", "▁false"], "labels[0]: expected an object, found a string"),
    ("labels", [["pieces": ["▁true"], "value": 1]], "labels: expected two for log-odds"),
    (
      "labels", [["pieces": ["a"], "value": 1], ["pieces": ["b"], "value": 1]],
      "with the values 1 (positive) and 0 (negative), found the values [1.0, 1.0]"
    ),
    (
      "labels", [["pieces": ["a"], "value": 1], ["pieces": ["b"], "value": -1]],
      "found the values [1.0, -1.0]"
    ),
    (
      "labels", [["pieces": ["a"], "value": 1], ["pieces": ["b"]]],
      "labels[1].value: expected this key, found no such key"
    ),
    (
      "labels", [["pieces": [], "value": 1], ["pieces": ["b"], "value": 0]],
      "labels[0].pieces: expected an array of one piece or more, none empty, found an array"
    ),
    (
      "labels", [["pieces": ["a"], "value": 1], ["pieces": ["b", ""], "value": 0]],
      "labels[1].pieces: expected an array of one piece"
    ),
    (
      "labels", [["pieces": ["a", 1], "value": 1], ["pieces": ["b"], "value": 0]],
      "labels[0].pieces: expected an array of one piece"
    ),
    (
      "labels", [["pieces": "a", "value": 1], ["pieces": ["b"], "value": 0]],
      "labels[0].pieces: expected an array of one piece or more, none empty, found \"a\""
    ),
    (
      "labels", [["pieces": ["a"], "value": "1"], ["pieces": ["b"], "value": 0]],
      "labels[0].value: expected a number, found \"1\""
    ),
    (
      "labels", [["pieces": ["a"], "value": 1, "weight": 2], ["pieces": ["b"], "value": 0]],
      "labels[0].weight: expected no keys but pieces, value"
    ),
    (
      "labels", [["pieces": ["a"], "value": 1], ["pieces": ["a"], "value": 0]],
      "labels: expected answers that exclude each other"
    ),
    (
      "labels", [["pieces": ["a", "b"], "value": 1], ["pieces": ["a"], "value": 0]],
      "labels: expected answers that exclude each other, found \"a\", with which \"a b\" begins"
    ),
    ("prompt", "monot5", "prompt: expected no keys but name, description"),
    ("max_token", 512, "max_token: expected no keys but"),
    (String(repeating: "k", count: 5000), 1, "expected no keys but"),
  ]

  @Test("A hostile value is refused by file and key", arguments: hostileValues)
  func refusesHostileValue(key: String, value: JSONValue, sentence: String) {
    expectRefusal(promptFile([key: value]), sentence)
  }

  @Test("The rank rules ask for labels that they can use")
  func refusesUnusableRankLabels() {
    let one: JSONValue = [["pieces": ["0"], "value": 0]]
    expectRefusal(
      promptFile(["mode": "rank", "scoring": "expected-value", "labels": one]),
      "labels: expected at least two for an expected value, found 1")
    expectRefusal(
      promptFile(["mode": "rank", "scoring": "logit", "labels": digitLabels]),
      "labels: expected one of a single piece for a logit, found 10")
    expectRefusal(
      promptFile([
        "mode": "rank", "scoring": "logit", "labels": [["pieces": ["a", "b"], "value": 0]],
      ]), "labels: expected one of a single piece for a logit")
  }

  @Test(
    "Text that is no JSON object is refused by file",
    arguments: [
      "", " ", "{", "[]", "1", "null", "\"monot5\"", "{\"name\": \"a\", \"name\": \"b\"}",
      "{\"name\": \"a\"} x", "{'name': 'a'}", "\u{FEFF}{}", "{\"max_tokens\": 1e999}",
      String(repeating: "[", count: 100_000),
    ])
  func refusesOtherText(text: String) {
    expectRefusal(text, "p.json: ")
  }

  @Test("A label's value beyond the range of numbers is refused")
  func refusesHugeValue() {
    let text = promptFile().replacing("\"value\":1", with: "\"value\":1e999")
    expectRefusal(text, "labels[1].value: expected a number, found 1e999")
  }

  private func expectRefusal(
    _ text: String, _ sentence: String, location: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: RerankingError.self, sourceLocation: location) {
      try Prompt(parsing: text, path: "p.json")
    }
    let found = error?.description ?? "no error"
    #expect(
      found.contains(sentence) && found.hasPrefix("p.json: ") && found.utf8.count < 500, "\(found)",
      sourceLocation: location)
  }
}
