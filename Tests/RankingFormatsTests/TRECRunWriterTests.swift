import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Writing TREC runs")
struct TRECRunWriterTests {
  /// A ranking of documents 0, 1, … in this order.
  private func ordered(_ scores: [Double], _ scales: [ScoreScale]) -> (RankingRequest, Ranking) {
    let documents = scores.indices.map { Document(id: "d\($0)", text: "") }
    let entries = scores.indices.map {
      RankedDocument(
        document: documents[$0], score: scores[$0], scale: scales[$0], candidateIndex: $0)
    }
    let request = RankingRequest(query: Query(id: "q", text: "q"), documents: documents)
    return (request, Ranking(ordered: entries))
  }

  /// The scores as written, and how many were lowered.
  private func written(
    _ scores: [Double], _ scales: [ScoreScale]? = nil
  ) -> (texts: [String], lowered: Int) {
    let scales = scales ?? scores.map { _ in .logit }
    let (request, ranking) = ordered(scores, scales)
    var writer = TRECRunWriter(tag: "tag")
    let lines = writer.text(of: ranking, for: request).split(separator: "\n")
    return (lines.map { String($0.split(separator: " ")[4]) }, writer.loweredScores)
  }

  @Test("A stage of a cascade falls below the stage before it, in one scale too")
  func cascadeStages() {
    let (request, plain) = ordered([1, 0.5, 7, 6], [.logit, .logit, .logit, .logit])
    let ranking = Ranking(
      ordered: zip(plain, ["b", "b", "a", "a"]).map { entry, stage in
        var entry = entry
        entry.stage = stage
        return entry
      })
    var writer = TRECRunWriter(tag: "tag")
    let lines = writer.text(of: ranking, for: request).split(separator: "\n")
    let scores = lines.compactMap { Double($0.split(separator: " ")[4]) }
    #expect(scores == [1, 0.5, -0.5, -1.5])
    #expect(writer.loweredScores == 2)
  }

  @Test("A line has six columns, ranks count from 1, and scores have nine digits or more")
  func lines() {
    let request = request(["a": "A", "ü": "B", "c": "C"], qid: "7")
    var writer = TRECRunWriter(tag: "mine")
    #expect(
      writer.text(of: ranking(of: request, [0.1, -1e-7, 2.5]), for: request)
        == "7 Q0 c 1 2.50000000 mine\n7 Q0 a 2 0.100000000 mine\n7 Q0 ü 3 -1.00000000e-07 mine\n")
    #expect(writer.loweredScores == 0)
  }

  @Test(
    "Nine significant digits are written at least, and as many as the number needs",
    arguments: [
      (0, "0.00000000"), (-0.0, "-0.00000000"), (1, "1.00000000"), (-12.5, "-12.5000000"),
      (123_456_789, "123456789.0"), (0.001, "0.00100000000"), (1e-7, "1.00000000e-07"),
      (1.5e300, "1.50000000e+300"), (0.1 + 0.2, "0.30000000000000004"), (100, "100.000000"),
    ] as [(Double, String)])
  func digits(number: Double, text: String) {
    #expect(significant(number) == text)
    #expect(Double(text) == number)
  }

  @Test(
    "Scores fall strictly, as Floats too; lowered ones are counted",
    arguments: 0..<20 as Range<UInt64>)
  func falls(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    // Many equal ones, and many that only a Double can tell apart.
    let scores = (0..<200).map { _ in
      Double(Int.random(in: -3...3, using: &random)) + 1e-12
        * Double.random(in: 0...1, using: &random)
    }.sorted(by: >)
    let (texts, lowered) = written(scores)
    let floats = texts.compactMap(Float.init)
    #expect(floats.count == scores.count)
    #expect(zip(floats, floats.dropFirst()).allSatisfy { $0 > $1 })
    let changed = zip(texts, scores).filter { Double($0) != $1 }.count
    #expect(lowered == changed && changed > 0)
    // No more than is needed: 200 steps of a Float near 3.
    #expect(zip(floats, scores).allSatisfy { abs(Double($0) - $1) < 200 * 2.4e-7 })
  }

  @Test("A second stage that does not lie below the first is lowered as a whole")
  func stages() {
    let (texts, lowered) = written(
      [1.5, 0.5, 7, 3, 3], [.preference, .preference, .logit, .logit, .logit])
    #expect(texts.compactMap(Double.init).prefix(4) == [1.5, 0.5, -0.5, -4.5])
    #expect(lowered == 3)
    let below = written([1.5, 0.5, -7, -8], [.preference, .preference, .logit, .logit])
    #expect(below.texts.compactMap(Double.init) == [1.5, 0.5, -7, -8])
    #expect(below.lowered == 0)
  }

  @Test("Scores beyond a Float stay in order")
  func extremes() {
    let floats = written([1e300, 1e299, 1e39, 1]).texts.compactMap(Float.init)
    #expect(zip(floats, floats.dropFirst()).allSatisfy { $0 > $1 })
    let least = written([-1e300, -1e301]).texts.compactMap(Double.init)
    #expect(least.allSatisfy { $0.isFinite })
  }

  @Test(
    "Identifiers that would not be one column are refused",
    arguments: ["", " ", "a b", "a\tb", "a\n", "a\u{A0}b", "a\u{3000}b", "a\0b", "\u{85}"])
  func identifiers(id: String) throws {
    let writer = TRECRunWriter(tag: "t")
    try writer.check(request(["ok": "", "é\u{301}/#1": ""]))
    let error = try #require(throws: FormatError.self) {
      try writer.check(request(["ok": "", id: ""]))
    }
    #expect(error.description.contains("query q: expected identifiers without white space"))
    #expect(
      error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(throws: FormatError.self) { try writer.check(request(["ok": ""], qid: id)) }
  }

  @Test("A query that was written is refused the second time")
  func repeatedQuery() throws {
    let first = request(["a": "A"], qid: "\u{E9}")
    var writer = TRECRunWriter(tag: "t")
    try writer.check(first)
    try writer.check(first)
    _ = writer.text(of: ranking(of: first, [1]), for: first)
    let error = try #require(throws: FormatError.self) { try writer.check(first) }
    #expect(
      error.description.hasSuffix("expected each query id once in a TREC run, found it again"))
    // The same text in another Unicode form is another identifier.
    try writer.check(request(["a": "A"], qid: "e\u{301}"))
  }

  @Test("What is written is read again, in the same order")
  func readsBack() throws {
    let (request, ranking) = ordered([2, 1, 1, 0.5], [.logit, .logit, .logit, .logit])
    var writer = TRECRunWriter(tag: "t")
    let run = writer.text(of: ranking, for: request)
    try TemporaryFolder.use { folder in
      var reader = try RunReader(
        run: folder.write(run, to: "run"), queries: folder.write("q\tq\n", to: "queries"),
        corpus: folder.write("d0\t0\nd1\t1\nd2\t2\nd3\t3\n", to: "corpus")
      ) { _ in }
      #expect(try reader.next()?.get().documents.map(\.id) == ["d0", "d1", "d2", "d3"])
    }
  }
}
