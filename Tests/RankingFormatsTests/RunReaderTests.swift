import Foundation
import RankingCore
import RankingFormats
import Support
import Testing

@Suite("TREC runs")
struct RunReaderTests {
  /// What the reader gives, after what it reports while it is opened.
  private func read(
    run: String, queries: String = "1\tone\n2\ttwo\n", corpus: String = "a\tA\nb\tB\nc\tC\n",
    invalidUTF8: InvalidUTF8 = .replace
  ) throws -> [String] {
    try TemporaryFolder.use { folder in
      var reports: [String] = []
      let reader = try RunReader(
        run: folder.write(run, to: "run"), queries: folder.write(queries, to: "queries"),
        corpus: folder.write(corpus, to: "corpus"), invalidUTF8: invalidUTF8
      ) { reports.append(sentence($0, below: folder.path)) }
      return try reports + everything(of: reader, below: folder.path)
    }
  }

  @Test("Candidates are taken by falling score, equal ones in the order of their lines")
  func order() throws {
    #expect(
      try read(run: "1 Q0 a 1 0.5 t\n1 Q0 b 9 5e-1 t\n1 Q0 c 3 -1 t\n2 Q0 c 1 7 t\n")
        == ["1: one | a=A | b=B | c=C", "2: two | c=C"])
    #expect(try read(run: "1 Q0 a 1 1 t\n1 Q0 b 2 2 t\n") == ["1: one | b=B | a=A"])
  }

  @Test("A query's lines may stand apart, with comments, blank lines and any white space between")
  func scattered() throws {
    let run =
      "\u{FEFF}1 Q0 a 1 3 t\r\n# note\n2\tQ0\tc 1   1 t\r\n\r\n\n1 Q0 b 2 2 t\n\n1 Q0 c 3 1 t"
    #expect(try read(run: run) == ["1: one | a=A | b=B | c=C", "2: two | c=C"])
  }

  @Test("An identifier may begin with #; a comment has other columns, or a # alone")
  func hash() throws {
    let run = "#1 Q0 a 1 2 t\n# a comment of six columns\n#note\n#1 Q0 b 2 1 t\n"
    #expect(try read(run: run, queries: "#1\tone\n") == ["#1: one | a=A | b=B"])
  }

  @Test(
    "A faulty line refuses its query alone, and names its place",
    arguments: [
      ("2 Q0 a 1 1", "run:2: expected six columns (query id, Q0, document id, rank, score, tag)"),
      ("2 Q0 a 1 1 t x", "found 7"),
      ("2 Q0 a 1 high t", "run:2: expected a finite score, found \"high\""),
      ("2 Q0 a 1 nan t", "found \"nan\""),
      ("2 Q0 a 1 1e999 t", "found \"1e999\""),
      ("2 Q0 x 1 1 t", "run:2: query 2: expected document x in corpus, found none"),
      ("2 Q0 a 1 1 t\n2 Q0 a 2 0 t", "run:3: query 2: expected each document once, found a twice"),
      ("3 Q0 a 1 1 t", "run:2: query 3: expected its text in queries, found none"),
      ("2", "found 1"),
    ])
  func refuses(lines: String, words: String) throws {
    let found = try read(run: "1 Q0 b 1 1 t\n\(lines)\n1 Q0 c 2 0 t\n")
    #expect(found.count == 2)
    #expect(found.first == "1: one | b=B | c=C")
    #expect(found.last?.contains(words) == true, "\(found)")
  }

  @Test("Texts are read from TSV and from JSON Lines, also mixed, under each of their names")
  func texts() throws {
    let queries = """
      {"_id":"1","text":"one\\ttab"}
      2\ttwo\twith a tab
      { "text" : "three" , "qid" : 3 }
      {"query":"four","id":"4"}
      """
    let corpus = """
      {"_id":"a","title":"T","text":"A"}

      b\t{B}\r
      {"contents":"C","docid":"c","x":[]}
      {"docno":"d","title":"D","text":""}
      """
    #expect(
      try read(
        run: "1 Q0 a 1 1 t\n2 Q0 b 1 1 t\n3 Q0 c 1 1 t\n4 Q0 d 1 1 t\n", queries: queries,
        corpus: corpus)
        == ["1: one\ttab | a=T A", "2: two\twith a tab | b={B}", "3: three | c=C", "4: four | d=D"])
  }

  @Test(
    "A faulty line of texts is reported with its place; other lines count",
    arguments: [
      ("no tab", "corpus:1: expected id<TAB>text or a JSON object, found a line without a tab"),
      ("\tno id", "corpus:1: expected an id before the tab, found none"),
      (#"{"text":"x"}"#, "corpus:1: expected one of _id, docid, docno, id, found none"),
      (#"{"id":{},"text":"x"}"#, "corpus:1: expected a string or a number as id, found an object"),
      (#"{"id":"x""#, "corpus:1: column 10: expected ',' or '}'"),
      ("a\tfirst\na\tsecond", "corpus:2: expected each id once, found \"a\" again"),
    ])
  func faultyTexts(line: String, words: String) throws {
    let found = try read(run: "1 Q0 b 1 1 t\n", corpus: "\(line)\na\tA\nb\tB\n")
    let reports = found.filter { $0.hasPrefix("corpus:") }
    // Identifiers that no query wants may stand there twice.
    if line.hasPrefix("a\t") {
      #expect(found == ["1: one | b=B"])
      let wanted = try read(run: "1 Q0 a 1 1 t\n", corpus: line)
      #expect(wanted.first?.hasPrefix(words) == true, "\(wanted)")
      #expect(wanted.last == "1: one | a=first")
    } else {
      #expect(reports.count == 1 && reports[0].hasPrefix(words), "\(found)")
      #expect(found.last == "1: one | b=B")
    }
  }

  @Test("A text that cannot be used refuses its query when it is read")
  func faultyEntry() throws {
    #expect(
      try read(
        run: "1 Q0 a 1 1 t\n2 Q0 b 1 1 t\n", corpus: #"{"_id":"a","text":null}"# + "\nb\tB\n")
        == [
          "corpus:1: expected a string under one of text, segment, contents, content, body, passage, "
            + "found none", "2: two | b=B",
        ])
    #expect(
      try read(run: "1 Q0 a 1 1 t\n", queries: "1\t \n")
        == ["run:1: query 1: expected a query, found an empty one"])
  }

  @Test("What is not UTF-8 is repaired and counted, or refused where it stands")
  func invalidUTF8() throws {
    try TemporaryFolder.use { folder in
      let bad = Array("1 Q0 a".utf8) + [0xFF] + Array(" 1 1 t\n2 Q0 b 1 1 t\n".utf8)
      let runPath = try folder.write(bad, to: "run")
      let queries = try folder.write("1\tone\n2\ttwo\n", to: "queries")
      let corpus = try folder.write(
        [0x61, 0xFF, 0x09, 0xFE, 0x0A] + Array("b\tB\n".utf8), to: "corpus")
      let repaired = try RunReader(run: runPath, queries: queries, corpus: corpus) { _ in }
      #expect(
        try everything(of: repaired, below: folder.path)
          == ["1: one | a\u{FFFD}=\u{FFFD}", "2: two | b=B"])
      // One in the run, and one in the text; an identifier counts where it is first read.
      #expect(repaired.replacedBytes == 2)
      var reports: [FormatError] = []
      let strict = try RunReader(
        run: runPath, queries: queries, corpus: corpus, invalidUTF8: .refuse
      ) { reports.append($0) }
      #expect(
        try everything(of: strict, below: folder.path)
          == ["run:1: expected UTF-8, found the byte 0xFF at byte 2", "2: two | b=B"])
    }
  }

  @Test("Each file may come through a pipe")
  func pipes() throws {
    try TemporaryFolder.use { folder in
      let texts = ["run": "1 Q0 a 1 1 t\n", "queries": "1\tone\n", "corpus": "a\tA\n"]
      var writers: [Thread] = []
      for (name, text) in texts {
        let path = try folder.makePipe(name)
        let writer = Thread {
          // Waits for the reader.
          let handle = FileHandle(forWritingAtPath: path)
          try? handle?.write(contentsOf: Data(text.utf8))
          try? handle?.close()
        }
        writer.start()
        writers.append(writer)
      }
      let reader = try RunReader(
        run: folder.path(of: "run"), queries: folder.path(of: "queries"),
        corpus: folder.path(of: "corpus")
      ) { _ in }
      #expect(reader.candidateCounts == [1])
      #expect(try everything(of: reader, below: folder.path) == ["1: one | a=A"])
    }
  }

  @Test("Missing files and folders end the reading")
  func missing() throws {
    try TemporaryFolder.use { folder in
      let file = try folder.write("", to: "file")
      for paths in [
        [folder.path(of: "none"), file, file], [file, folder.path, file],
        [file, file, folder.path(of: "none")],
      ] {
        #expect(throws: FormatError.self) {
          try RunReader(run: paths[0], queries: paths[1], corpus: paths[2]) { _ in }
        }
      }
    }
  }
}
