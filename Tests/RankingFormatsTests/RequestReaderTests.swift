import Foundation
import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Requests in JSON")
struct RequestReaderTests {
  private func read(
    _ bytes: [UInt8], invalidUTF8: InvalidUTF8 = .replace
  ) throws -> [String] {
    try TemporaryFolder.use { folder in
      let path = try folder.write(bytes, to: "in")
      return try everything(
        of: RequestReader(paths: [path], invalidUTF8: invalidUTF8), below: folder.path)
    }
  }

  private func read(_ text: String) throws -> [String] { try read(Array(text.utf8)) }

  @Test(
    "Both forms are read, and each of their spellings",
    arguments: [
      (#"{"query":"q","documents":["a","b"]}"#, "1: q | 0=a | 1=b"),
      (#"{"query":"q","qid":"7","documents":["a"]}"#, "7: q | 0=a"),
      (#"{"query":"q","query_id":7,"documents":["a"]}"#, "7: q | 0=a"),
      (#"{"query":"q","documents":[{"id":"x","text":"a"},{"text":"b"}]}"#, "1: q | x=a | 1=b"),
      (#"{"query":"q","documents":[""]}"#, "1: q | 0="),
      (#"{"query":"q\u0000\ud83d","documents":["a"]}"#, "1: q\0\u{FFFD} | 0=a"),
      (#"{"query":"x","query":"q","documents":["a"]}"#, "1: q | 0=a"),
      (
        #"{"query":{"qid":"7","text":"q"},"candidates":[{"docid":"x","score":1,"doc":{"text":"a"}}]}"#,
        "7: q | x=a"
      ),
      (
        #"{"query":{"qid":7.0,"text":"q"},"candidates":[{"docid":3,"doc":"a"},{"doc":"b"}]}"#,
        "7.0: q | 3=a | 1=b"
      ),
      (#"{"query":{"text":"q"},"candidates":[{"docid":"x","doc":{"text":"a"}}]}"#, "1: q | x=a"),
      (
        #"{"query":{"qid":null,"query":"q"},"candidates":[{"id":"x","document":{"text":"a"}}]}"#,
        "1: q | x=a"
      ),
      (
        #"{"query":"q","documents":[{"title":"T","text":"a"},{"title":"","text":"b"}]}"#,
        "1: q | 0=Title: T Content: a | 1=b"
      ),
    ])
  func forms(text: String, expected: String) throws {
    #expect(try read(text) == [expected])
  }

  @Test("A document's text is found under each of its names, in rank_llm's order")
  func textKeys() throws {
    let keys = ["text", "segment", "contents", "content", "body", "passage"]
    for (index, key) in keys.enumerated() {
      let members = keys[index...].reversed().map { #""\#($0)":"from \#($0)""# }
      let text =
        #"{"query":"q","documents":[{"id":"x","other":"no",\#(members.joined(separator: ","))}]}"#
      #expect(try read(text) == ["1: q | x=from \(key)"])
    }
  }

  @Test(
    "A faulty request is refused with its line, and the next one is read",
    arguments: [
      ("{", "column 2: expected a member's name in quotes, found the end"),
      ("é]", "column 1: expected a JSON value, found 'é'"),
      ("3", "expected an object with query and candidates, found a number"),
      (#"{"documents":["a"]}"#, "expected a query, found none"),
      (#"{"query":1,"documents":["a"]}"#, "expected a string or an object as query"),
      (#"{"query":{},"documents":["a"]}"#, "expected a string as the query's text, found none"),
      (#"{"query":"","documents":["a"]}"#, "query 2: expected a query, found an empty one"),
      (#"{"query":" \u3000\n","documents":["a"]}"#, "expected a query, found an empty one"),
      (#"{"query":"q"}"#, "expected candidates or documents, found neither"),
      (#"{"query":"q","documents":["a"],"candidates":[]}"#, "found both"),
      (#"{"query":"q","documents":"a"}"#, "expected an array as documents, found a string"),
      (#"{"query":"q","documents":[]}"#, "query 2: expected documents, found none"),
      (#"{"query":"q","documents":["a",null]}"#, "document 1: expected a string or an object"),
      (#"{"query":"q","documents":[{"txt":"a"}]}"#, "under one of text, segment, contents"),
      (#"{"query":"q","documents":[{"text":1}]}"#, "under one of text, segment, contents"),
      (#"{"query":"q","documents":[{"id":[],"text":"a"}]}"#, "as id, found an array"),
      (#"{"query":"q","id":"","documents":["a"]}"#, "as id, found an empty one"),
      (
        #"{"query":"q","qid":"7","documents":[{"id":"x","text":"a"},{"id":"x","text":"b"}]}"#,
        #"query 7: expected each document id once, found "x" twice"#
      ),
      (#"{"query":"q","documents":["a",{"id":0,"text":"b"}]}"#, #"found "0" twice"#),
      (#"{"query":"q","candidates":["a"]}"#, "candidate 0: expected an object, found a string"),
      (#"{"query":"q","candidates":[{"docid":"x"}]}"#, "candidate 0: expected a doc, found none"),
    ])
  func refuses(text: String, words: String) throws {
    let good = #"{"query":"q","documents":["a"]}"#
    let lines = try read("\(good)\n\(text)\n\n\(good)\n")
    #expect(lines.count == 3)
    #expect(lines.first == "1: q | 0=a")
    #expect(lines.last == "3: q | 0=a")
    #expect(lines[1].hasPrefix("in:2: ") && lines[1].contains(words), "\(lines[1])")
  }

  @Test("Identifiers are compared byte by byte: two Unicode forms are two documents")
  func exactIdentifiers() throws {
    let text =
      #"{"query":"q","documents":[{"id":"\u00e9","text":"a"},{"id":"e\u0301","text":"b"}]}"#
    #expect(try read(text).first?.contains("twice") == false)
  }

  @Test(
    "Byte order mark, line ends, blank lines and a missing last line end make no difference",
    arguments: ["\n", "\r\n", "\n\n \t\r\n"], ["", "\u{FEFF}"])
  func lineEnds(end: String, mark: String) throws {
    let line = #"{"query":"q","documents":["a"]}"#
    #expect(try read("\(mark)\(line)\(end)\(line)") == ["1: q | 0=a", "2: q | 0=a"])
    #expect(try read("\(mark)[\(line)\(end),\(end)\(line)]") == ["1: q | 0=a", "2: q | 0=a"])
  }

  @Test("A file without requests gives none", arguments: ["", "\n\n", "[]", " [ ] \n"])
  func empty(text: String) throws {
    #expect(try read(text) == [])
  }

  @Test("An array's broken element is refused at its line and column, and the next one is read")
  func arrays() throws {
    let text = """
      [
        {"query":"a \\"[]{}\\\\", "documents":["]"]},
        {"query":"b", "documents":
          ["é" "b"]}, {"query":}, 7,
        {"query":"c", "documents":["x"]}
      ]
      """
    #expect(
      try read(text) == [
        #"1: a "[]{}\ | 0=]"#,
        "in:4: column 10: expected ',' or ']' after an array's element, found '\"'",
        "in:4: column 26: expected a JSON value, found '}'",
        "in:4: expected an object with query and candidates, found a number",
        "5: c | 0=x",
      ])
  }

  @Test(
    "A broken array is refused where it breaks, after its good elements",
    arguments: [
      ("[R", "in:1: expected ], found the end"),
      ("[R R]", "in:1: expected , or ], found {"),
      ("[R,", "in:1: expected an element, found the end"),
      ("[R,\n{", "in:2: expected the end of an element, found the end of the file"),
      ("[R,\n\"", "in:2: expected the end of an element, found the end of the file"),
      ("[R]\n[R]", "in:2: expected nothing after the array, found more"),
      ("[R,}]", "in:1: expected balanced brackets, found one too many closed"),
      ("[R,]", "in:1: column 34: expected a JSON value, found the end"),
    ])
  func brokenArrays(text: String, expected: String) throws {
    let request = #"{"query":"q","documents":["a"]}"#
    let lines = try read(
      text.split(separator: "R", omittingEmptySubsequences: false)
        .joined(separator: request))
    #expect(lines == ["1: q | 0=a", expected])
  }

  @Test("Each byte that is not UTF-8 becomes U+FFFD and is counted, or its line is refused")
  func invalidUTF8() throws {
    let line = Array(#"{"query":"q","documents":["XY"]}"#.utf8)
    // A lone continuation, an overlong form, half a surrogate pair, beyond Unicode, cut short.
    let cases: [([UInt8], Int)] = [
      ([0x80], 1), ([0xC0, 0xAF], 2), ([0xED, 0xA0, 0x80], 3), ([0xF4, 0x90, 0x80, 0x80], 4),
      ([0xE2, 0x82], 2), ([0xFF, 0xC3, 0xA9], 1),
    ]
    try TemporaryFolder.use { folder in
      for (bytes, count) in cases {
        let bad = line.map { $0 == UInt8(ascii: "X") ? bytes : [$0] }.flatMap(\.self)
        let path = try folder.write(bad + [0x0A] + line, to: "in")
        var reader = RequestReader(paths: [path])
        let request = try #require(try reader.next()).get()
        let expected =
          String(repeating: "\u{FFFD}", count: count) + (bytes.count == count ? "" : "é")
        #expect(request.documents[0].text == expected + "Y")
        #expect(reader.replacedBytes == count)

        let hexadecimal = String(bytes[0], radix: 16, uppercase: true)
        #expect(
          try everything(of: RequestReader(paths: [path], invalidUTF8: .refuse), below: folder.path)
            == ["in:1: expected UTF-8, found the byte 0x\(hexadecimal) at byte 28", "2: q | 0=XY"])
      }
    }
  }

  @Test("A document of ten million bytes is read like any other, in lines and in an array")
  func longDocument() throws {
    let long = String(repeating: "é ", count: 3_333_333)
    let line = #"{"query":"q","documents":["\#(long)","b"]}"#
    #expect(try read("\(line)\n\(line)") == ["1: q | 0=\(long) | 1=b", "2: q | 0=\(long) | 1=b"])
    #expect(try read("[\(line)]") == ["1: q | 0=\(long) | 1=b"])
  }

  @Test("Files are read in order; a file that is missing ends the reading")
  func files() throws {
    try TemporaryFolder.use { folder in
      let line = #"{"query":"q","documents":["a"]}"#
      let first = try folder.write(line, to: "1")
      let second = try folder.write("[\(line)]", to: "2")
      #expect(
        try everything(of: RequestReader(paths: [first, second]), below: folder.path)
          == ["1: q | 0=a", "2: q | 0=a"])
      var reader = RequestReader(paths: [first, folder.path(of: "3")])
      _ = try reader.next()
      let error = try #require(throws: FormatError.self) { try reader.next() }
      #expect(error.kind == .missing)
      #expect(sentence(error, below: folder.path) == "3: expected a file, found none")
    }
  }

  @Test("A request is there before the next one is written", arguments: ["", "["])
  func streams(opening: String) throws {
    try TemporaryFolder.use { folder in
      let path = try folder.makePipe("pipe")
      // Open for both, so that the reader waits for no writer, and never sees an end.
      let pipe = try #require(FileHandle(forUpdatingAtPath: path))
      var reader = RequestReader(paths: [path])
      for number in 1...3 {
        let separator = opening.isEmpty || number == 1 ? "" : ","
        let line = #"{"query":"\#(number)","documents":["a"]}"#
        try pipe.write(
          contentsOf: Data("\(number == 1 ? opening : "")\(separator)\(line)\n".utf8))
        #expect(try reader.next()?.get().query.text == String(number))
      }
    }
  }
}
