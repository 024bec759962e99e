import RankingFormats
import Support
import Testing
import TrainingData

@Suite("Training examples of judgements and a run")
struct JudgedRunReaderTests {
  private func use(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.use { folder in
      try folder.write(
        """
        1 0 a 1
        1 0 b 2
        1 0 c 0
        2 0 a 0
        3 0 e 1
        4 0 gone 1
        """, to: "qrels.txt")
      try folder.write(
        """
        1 Q0 d 1 5.0 x
        1 Q0 b 2 4.0 x
        1 Q0 c 3 6.0 x
        1 Q0 gone 4 3.0 x
        1 Q0 e 5 2.0 x
        9 Q0 e 1 2.0 x
        """, to: "run.txt")
      try folder.write("1\tone\n2\ttwo\n3\tthree\n4\tfour\n", to: "queries.tsv")
      try folder.write("a\tA\nb\tB\nbad\nc\tC\nd\tD\ne\tE\n", to: "corpus.tsv")
      try body(folder)
    }
  }

  private func read(
    _ folder: TemporaryFolder, run: Bool = true, depth: Int = .max
  ) throws -> (examples: [TrainingExample], refusals: [String]) {
    var reported: [FormatError] = []
    let reader = try JudgedRunReader(
      qrels: folder.path(of: "qrels.txt"), run: run ? folder.path(of: "run.txt") : nil,
      queries: folder.path(of: "queries.tsv"), corpus: [folder.path(of: "corpus.tsv")],
      depth: depth
    ) { reported.append($0) }
    #expect(reported.map(\.line) == [3])
    return try readAll(reader)
  }

  @Test("Positives are judged relevant, best first; negatives are what else the run found")
  func examples() throws {
    try use { folder in
      let (examples, refusals) = try read(folder)
      #expect(examples.map(\.query) == ["one", "three"])
      #expect(examples[0].positives == [.init("B", grade: 2), .init("A", grade: 1)])
      #expect(examples[0].negatives.map(\.text) == ["C", "D", "E"])
      #expect(examples[1].negatives.isEmpty)
      #expect(refusals.count == 1 && refusals[0].contains("query 4"))
      #expect(refusals[0].hasSuffix("expected the text of document gone, found none"))
    }
  }

  @Test("Identifiers are named without their control characters")
  func controlCharacters() throws {
    try TemporaryFolder.use { folder in
      let reader = try JudgedRunReader(
        qrels: folder.write("q\u{1B}[31m 0 d\u{9B}9 1\n", to: "qrels.txt"),
        queries: folder.write("q\u{1B}[31m\tone\n", to: "queries.tsv"),
        corpus: [folder.write("a\tA\n", to: "corpus.tsv")]
      ) { _ in }
      let refusals = try readAll(reader).refusals
      try #require(refusals.count == 1)
      #expect(
        refusals[0].hasSuffix(
          "query q\u{FFFD}[31m: expected the text of document d\u{FFFD}9, found none"))
    }
  }

  @Test("Depth counts negatives, not the relevant among them, and without a run there are none")
  func depth() throws {
    try use { folder in
      let shallow = try read(folder, depth: 2).examples[0]
      #expect(shallow.negatives.map(\.text) == ["C", "D"])
      // b is relevant, and gone has no text.
      #expect(try read(folder, depth: 4).examples[0].negatives.map(\.text) == ["C", "D", "E"])
      let alone = try read(folder, run: false).examples[0]
      #expect(alone.negatives.isEmpty)
    }
  }
}
