import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Writing queries, documents, judgements and MS MARCO's runs")
struct CollectionWritingTests {
  @Test("Judgements read back as they were, in each form")
  func judgements() throws {
    var qrels = Qrels()
    for (query, document, grade) in [
      ("2", "b", 0), ("2", "a", 3), ("1", "ü", 1), ("2", "Z", -1),
    ] {
      let isNew = qrels.judge(document, for: query, grade: grade)
      #expect(isNew)
    }
    let expected: [(JudgementForm, String)] = [
      (.trec, "2 0 Z -1\n2 0 a 3\n2 0 b 0\n1 0 ü 1\n"),
      (.msMarco, "2\t0\tZ\t-1\n2\t0\ta\t3\n2\t0\tb\t0\n1\t0\tü\t1\n"),
      (.beir, "query-id\tcorpus-id\tscore\n2\tZ\t-1\n2\ta\t3\n2\tb\t0\n1\tü\t1\n"),
    ]
    for (form, text) in expected {
      #expect(try qrels.text(as: form) == text)
      try TemporaryFolder.use { folder in
        let again = try Qrels.read(path: folder.write(text, to: "qrels"))
        #expect(try again.text(as: .trec) == expected[0].1)
        #expect(again.queryIDs == ["2", "1"])
      }
    }
  }

  private static let documents = [
    Document(id: "a", text: "One\ttab, \"quotes\"\nand a line"), Document(id: "ü", text: "plain"),
  ]

  @Test("Texts read back as they were; MS MARCO's lose their tabs and line ends")
  func texts() throws {
    for writer in [TextWriter.beir, .msMarco] {
      let lines = try Self.documents.map { try writer.line(of: $0) }
      #expect(lines.allSatisfy { $0.utf8.count { $0 == 0x0A } == 1 })
      let queries = try writer.line(of: Query(id: "7", text: "q"))
      try TemporaryFolder.use { folder in
        var reader = TextReader(
          paths: [try folder.write(lines.joined(), to: "corpus")], content: .documents)
        var found: [Document] = []
        while let next = try reader.next() {
          let entry = try next.get()
          found.append(Document(id: entry.id, text: entry.text))
        }
        let flat = Self.documents.map { document in
          Document(
            id: document.id,
            text: String(document.text.map { $0 == "\t" || $0 == "\n" ? " " : $0 }))
        }
        #expect(found == (writer == .beir ? Self.documents : flat))
        var queryReader = TextReader(
          paths: [try folder.write(queries, to: "queries")], content: .queries)
        let query = try queryReader.next()?.get()
        #expect(query?.id == "7" && query?.text == "q")
      }
    }
    #expect(
      try TextWriter.beir.line(of: Self.documents[1])
        == #"{"_id":"ü","title":"","text":"plain"}"# + "\n")
  }

  @Test("Identifiers that are no column are refused")
  func refuses() throws {
    for id in ["", "a b", "a\tb", "\n"] {
      #expect(throws: FormatError.self) {
        try TextWriter.msMarco.line(of: Document(id: id, text: ""))
      }
      #expect(throws: FormatError.self) { try TextWriter.beir.line(of: Query(id: id, text: "")) }
      var qrels = Qrels()
      _ = qrels.judge(id, for: "q", grade: 1)
      #expect(throws: FormatError.self) { try qrels.text(as: .trec) }
    }
  }

  @Test("An MS MARCO run reads back in its order")
  func run() throws {
    let request = request(["a": "A", "b": "B", "ü": "C"], qid: "7")
    var writer = MSMARCORunWriter()
    try writer.check(request)
    let text = writer.text(of: ranking(of: request, [1, 3, 2]), for: request)
    #expect(text == "7\tb\t1\n7\tü\t2\n7\ta\t3\n")
    try TemporaryFolder.use { folder in
      let path = try folder.write(text, to: "run")
      let run = try Run.read(path: path)
      #expect(run["7"].sorted { $0.score > $1.score }.map(\.documentID) == ["b", "ü", "a"])
      var reader = try RunReader(
        run: path, queries: folder.write("7\tq\n", to: "q"),
        corpus: folder.write("a\tA\nb\tB\nü\tC\n", to: "c")
      ) { _ in }
      let again = try reader.next()?.get()
      #expect(again?.documents.map(\.id) == ["b", "ü", "a"])
    }
    let twice = #expect(throws: FormatError.self) { try writer.check(request) }
    #expect(twice?.reason.contains("once in an MS MARCO run") == true)
  }

  @Test("A BEIR folder stands for its files, which may be compressed")
  func beirFolder() throws {
    try TemporaryFolder.use { folder in
      var encoder = GzipEncoder()
      let corpus = try Self.documents.map { try TextWriter.beir.line(of: $0) }.joined()
      try folder.makeFolder("beir/qrels")
      try folder.write(
        encoder.encode(Array(corpus.utf8)) + encoder.finish(), to: "beir/corpus.jsonl.gz")
      try folder.write(
        TextWriter.beir.line(of: Query(id: "7", text: "q")), to: "beir/queries.jsonl")
      try folder.write("query-id\tcorpus-id\tscore\n7\tü\t2\n", to: "beir/qrels/test.tsv")
      let beir = folder.path(of: "beir")
      #expect(try Qrels.read(path: beir).grade(of: "ü", for: "7") == 2)
      var reader = try RunReader(
        run: folder.write("7 Q0 ü 1 2 t\n7 Q0 a 2 1 t\n", to: "run"), queries: beir, corpus: beir
      ) { _ in }
      let request = try reader.next()?.get()
      #expect(request?.query.text == "q")
      #expect(request?.documents == Self.documents.reversed())
    }
  }
}
