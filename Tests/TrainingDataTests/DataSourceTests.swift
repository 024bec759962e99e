import RankingFormats
import Support
import Testing
import TrainingData

/// The forms in which training data come.
@Suite struct DataSourceTests {
  private func examples(_ source: TrainingDataSource) throws -> [TrainingExample] {
    var reader = try source.open { Issue.record("refused: \($0)") }
    var examples: [TrainingExample] = []
    while let next = try reader.next() { examples.append(try next.get()) }
    return examples
  }

  @Test("Triples in a row of one query and positive become one example")
  func triples() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write(
        "q\ta\tb\nq\ta\tc\nq\td\tb\nr\td\tb\n", to: "triples.tsv")
      let found = try examples(.examples(path: path))
      #expect(
        found == [
          TrainingExample(query: "q", positive: "a", negatives: ["b", "c"]),
          TrainingExample(query: "q", positive: "d", negatives: ["b"]),
          TrainingExample(query: "r", positive: "d", negatives: ["b"]),
        ])
    }
  }

  @Test("A bad line among triples is named, and the examples around it are whole")
  func badTriple() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write("q\ta\tb\nq\ta\nq\ta\tc\n", to: "triples.tsv")
      var reader = try TrainingDataSource.examples(path: path).open { _ in }
      #expect(
        try reader.next()?.get() == TrainingExample(query: "q", positive: "a", negatives: ["b"]))
      let bad = try #require(try reader.next())
      #expect(throws: FormatError.self) { try bad.get() }
      #expect(
        try reader.next()?.get() == TrainingExample(query: "q", positive: "a", negatives: ["c"]))
      #expect(try reader.next() == nil)
    }
  }

  @Test("Triples of identifiers, and judgements with a run, give the texts")
  func identifiers() throws {
    try TemporaryFolder.use { folder in
      let queries = try folder.write("1\tred\n2\tblue\n", to: "queries.tsv")
      let corpus = try folder.write("a\trose\nb\tsea\nc\tsky\n", to: "collection.tsv")
      let triples = try folder.write("1\ta\tb\n2\tb\ta\n", to: "triples.txt")
      let found = try examples(.triples(path: triples, queries: queries, collection: corpus))
      #expect(
        found == [
          TrainingExample(query: "red", positive: "rose", negatives: ["sea"]),
          TrainingExample(query: "blue", positive: "sea", negatives: ["rose"]),
        ])
      let qrels = try folder.write("1 0 a 1\n2 0 b 1\n", to: "qrels.txt")
      let run = try folder.write(
        "1 Q0 c 1 9 t\n1 Q0 a 2 8 t\n2 Q0 b 1 5 t\n2 Q0 a 2 4 t\n", to: "run.txt")
      let judged = try examples(
        .judgements(qrels: qrels, run: run, queries: queries, corpus: [corpus]))
      #expect(judged.map(\.query) == ["red", "blue"])
      #expect(judged.map { $0.negatives.map(\.text) } == [["sky"], ["rose"]])
    }
  }
}
