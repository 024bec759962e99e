import Testing
import TrainingData

@Suite("The pool that negatives are found in")
struct MiningPoolTests {
  @Test("Texts that differ in white space alone are one passage, and one query")
  func repetitions() {
    var pool = MiningPool()
    pool.add(TrainingExample(query: "a  query", positive: "one text", negatives: ["other"]))
    pool.add(TrainingExample(query: " a query", positive: "one\u{A0}\n text "))
    pool.add(TrainingExample(query: "a query", positive: "other"))
    pool.add(passage: "other\t")
    pool.add(passage: " \n")
    pool.add(passage: "Other")
    #expect(pool.passages == ["one text", "other", "Other"])
    #expect(pool.repeatedPassages == 3)
    #expect(pool.queries.map(\.text) == ["a  query"])
    // A passage that turns out to be a positive is a negative no longer.
    #expect(pool.queries[0].positives == [0, 1] && pool.queries[0].negatives.isEmpty)
  }
}
