import Support
import Testing
import TrainingData

@Suite("Reading and writing training examples")
struct TrainingReaderTests {
  private static let plain = TrainingExample(
    query: "q", positive: "p", negatives: ["n", "m"])

  @Test(
    "One example is the same in every spelling",
    arguments: [
      #"{"query":"q","positive":"p","negatives":["n","m"]}"#,
      #"{"query":"q","positive":["p"],"negatives":["n","m"],"scores":null,"source":1}"#,
      #"{"anchor":"q","positive":"p","negative":["n","m"]}"#,
      #"{"anchor":"q","positive":"p","negative_1":"n","negative_2":"m","negative_x":3}"#,
      #"{"query":"q","pos":["p"],"neg":["n","m"],"prompt":"…"}"#,
      #"{"q":"q","d":"p","negatives":["n","m"],"title":"t"}"#,
    ])
  func spellings(line: String) throws {
    let (examples, refusals) = try readText(line + "\n\n" + line)
    #expect(refusals == [] && examples == [Self.plain, Self.plain])
  }

  @Test("A pair has no negatives, and several positives may stand in one line")
  func pairs() throws {
    let text = """
      {"q": "a", "d": "b", "src": "x"}
      {"anchor": "a", "positive": "b", "negative": "c"}
      {"query": "a", "positive": ["b", "c"]}
      """
    let examples = try readText(text).examples
    #expect(examples.map(\.negatives.count) == [0, 1, 0])
    #expect(examples[2].positives.map(\.text) == ["b", "c"])
  }

  @Test("Scores are the positives', then the negatives'; FlagEmbedding's stand apart")
  func scores() throws {
    let text = """
      {"query":"q","positive":["p","o"],"negatives":["n"],"scores":[3,2.5,-1]}
      {"query":"q","pos":["p","o"],"neg":["n"],"pos_scores":[3,2.5],"neg_scores":[-1]}
      """
    for example in try readText(text).examples {
      #expect(example.scores == [3, 2.5, -1])
      #expect(example.positives.map(\.score) == [3, 2.5] && example.negatives[0].score == -1)
    }
  }

  @Test("Judged rows are gathered by their queries, behind whole examples")
  func judgedRows() throws {
    let text = """
      {"query":"a","document":"1","label":0}
      {"query":"b","document":"2","grade":2}
      {"query":"c","positive":"3"}
      {"q":"a","d":"4","label":true}
      {"query":"b","passage":"5","label":-1}
      """
    let (examples, refusals) = try readText(text)
    #expect(refusals == [] && examples.map(\.query) == ["c", "a", "b"])
    #expect(examples[1].positives == [.init("4", grade: 1)])
    #expect(examples[1].negatives == [.init("1", grade: 0)])
    #expect(examples[2].positives == [.init("2", grade: 2)])
    #expect(examples[2].negatives == [.init("5", grade: -1)])
  }

  @Test(
    "A line that is no example is named with its place, and the next one is read",
    arguments: [
      ("{", "expected"),
      ("[]", "expected an object, found an array"),
      (#"{"positive":"p"}"#, "expected a query under one of query, q, anchor, found none"),
      (#"{"query":7,"positive":"p"}"#, "expected a string as query, found a number"),
      (#"{"query":" ","positive":"p"}"#, "expected a text as query, found an empty one"),
      (
        #"{"query":"q","document":"d"}"#,
        "expected a positive (positive, pos or d), or a document and its label, found neither"
      ),
      (#"{"query":"q","positive":[]}"#, "found neither"),
      (
        #"{"query":"q","positive":"p","negatives":["n",""]}"#,
        "expected a text as negative 2 in negatives, found an empty one"
      ),
      (
        #"{"query":"q","positive":"p","negatives":["n"],"scores":[1]}"#,
        "expected 2 scores, one for each passage of the line, found 1"
      ),
      (
        #"{"query":"q","positive":"p","scores":["1"]}"#,
        "expected a finite number in scores, found a string"
      ),
      (
        #"{"query":"q","positive":"p","scores":[1e999]}"#,
        "expected a finite number in scores, found 1e999"
      ),
      (
        #"{"query":"q","pos":["p"],"neg":["n"],"pos_scores":[1]}"#,
        "expected both pos_scores and neg_scores, found one of them"
      ),
      (#"{"query":"q","positive":"p","grades":[0]}"#, "expected grades above 0 for positives"),
      (#"{"query":"q","document":"d","label":"yes"}"#, "expected a finite number in label"),
    ])
  func refusals(line: String, reason: String) throws {
    let (examples, refusals) = try readText(line + "\n" + #"{"q":"a","d":"b"}"#)
    #expect(examples.map(\.query) == ["a"])
    let refusal = try #require(refusals.first)
    #expect(refusals.count == 1 && refusal.hasPrefix("train.jsonl:1: "))
    #expect(refusal.contains(reason), "\(refusal)")
  }

  @Test("A judged query without a relevant document is refused where it stands first")
  func nothingRelevant() throws {
    let refusals = try readText(#"{"query":"a","document":"1","label":0}"#).refusals
    #expect(
      refusals == [
        "train.jsonl:1: expected a document with a label above 0 for the query, found none"
      ])
  }

  @Test("What is written reads back the same")
  func roundTrip() throws {
    let examples = [
      Self.plain,
      TrainingExample(query: "q \"\n", positive: "é\t", negatives: []),
      TrainingExample(
        query: "q",
        positives: [.init("p", grade: 2, score: 0.1), .init("o", grade: 1, score: -3)],
        negatives: [.init("n", grade: 0, score: 1e-9)]),
    ]
    let text = examples.map(\.jsonLine).joined()
    #expect(text.split(separator: "\n").count == examples.count)
    #expect(
      examples[0].jsonLine == #"{"query":"q","positive":"p","negatives":["n","m"]}"# + "\n")
    #expect(try readText(text).examples == examples)
  }

  @Test("Scores are whole or none")
  func partialScores() {
    var example = Self.plain
    example.positives[0].score = 1
    #expect(example.scores == nil && !example.jsonLine.contains("scores"))
  }
}
