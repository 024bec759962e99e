import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Training triples")
struct TripleReaderTests {
  /// Everything that a reader gives, a triple as `id=text | id=text | id=text`.
  private func everything(
    of reader: TripleReader, below folder: TemporaryFolder
  ) throws -> [String] {
    var reader = reader
    var lines: [String] = []
    while let next = try reader.next() {
      switch next {
      case .success(let triple):
        let parts =
          [(triple.query.id, triple.query.text)]
          + [triple.positive, triple.negative].map { ($0.id, $0.text) }
        lines.append(parts.map { "\($0.0)=\($0.1)" }.joined(separator: " | "))
      case .failure(let error): lines.append(sentence(error, below: folder.path))
      }
    }
    return lines
  }

  private func texts(
    _ bytes: [UInt8], _ invalidUTF8: InvalidUTF8 = .replace
  ) throws -> [String] {
    try TemporaryFolder.use { folder in
      let reader = try TripleReader(
        path: folder.write(bytes, to: "triples"), invalidUTF8: invalidUTF8)
      return try everything(of: reader, below: folder)
    }
  }

  @Test("A line of three texts is a triple; a faulty one is refused alone, with its place")
  func lines() throws {
    let text = "what is honey\tfood by bees\tants, too\r\n\nq\tp\nq\t \tn\nq\tp\tn\tx\nq\tp\tn"
    #expect(
      try texts(Array(text.utf8)) == [
        "=what is honey | =food by bees | =ants, too",
        "triples:3: expected three texts (query, positive, negative) between tabs, found 2",
        "triples:4: expected a text as positive, found an empty one",
        "triples:5: expected three texts (query, positive, negative) between tabs, found 4",
        "=q | =p | =n",
      ])
  }

  @Test("Gzip data are expanded, and bytes that are not UTF-8 replaced or refused")
  func encodings() throws {
    let bytes: [UInt8] = Array("q\tp\t".utf8) + [0xFF, 0x0A]
    var encoder = GzipEncoder()
    let compressed = encoder.encode(bytes) + encoder.finish()
    for bytes in [bytes, compressed] {
      #expect(try texts(bytes) == ["=q | =p | =\u{FFFD}"])
      #expect(
        try texts(bytes, .refuse)
          == ["triples:1: expected UTF-8, found the byte 0xFF at byte 1"])
    }
  }

  @Test("Identifiers are looked up in the queries and the collection, plain or compressed")
  func identifiers() throws {
    try TemporaryFolder.use { folder in
      let triples = "1\ta\tb\n2 b a\n1\ta\n1\ta\tc\n3\ta\tb\n"
      var encoder = GzipEncoder()
      let compressed = encoder.encode(Array(triples.utf8)) + encoder.finish()
      let queries = try folder.write("1\tone\n2\ttwo\n", to: "queries")
      let collection = try folder.write(
        "x\tunwanted\na\tA\n{\"_id\":\"b\",\"title\":\"T\",\"text\":\"B\"}\nno tab\n",
        to: "collection")
      for bytes in [Array(triples.utf8), compressed] {
        var reports: [String] = []
        let reader = try TripleReader(
          path: folder.write(bytes, to: "triples"), queries: queries, collection: collection
        ) { reports.append(sentence($0, below: folder.path)) }
        #expect(
          try everything(of: reader, below: folder)
            == [
              "1=one | a=A | b=T B", "2=two | b=T B | a=A",
              "triples:3: expected three columns (query id, positive id, negative id), found 2",
              "triples:4: expected document c in \(collection), found none",
              "triples:5: expected query 3 in \(queries), found none",
            ].map { $0.replacing(folder.path + "/", with: "") })
        #expect(reports.count == 1 && reports[0].hasPrefix("collection:4: "))
      }
    }
  }

  @Test("Missing files end the reading")
  func missing() throws {
    try TemporaryFolder.use { folder in
      let none = folder.path(of: "none")
      let file = try folder.write("1\ta\tb\n", to: "file")
      #expect(throws: FormatError.self) { try TripleReader(path: none) }
      for paths in [[none, file, file], [file, none, file], [file, file, none]] {
        #expect(throws: FormatError.self) {
          try TripleReader(path: paths[0], queries: paths[1], collection: paths[2]) { _ in }
        }
      }
    }
  }
}
