import RankingCore
import RankingFormats
import Testing

@Suite("Tables")
struct TableWriterTests {
  @Test("Columns are aligned, also behind wide characters and negative scores")
  func aligned() {
    let request = request(["a": "first", "日本": "second", "e\u{301}": "third"])
    var writer = TableWriter(width: 80)
    #expect(
      writer.text(of: ranking(of: request, [-1, 12.34567, 0]), for: request) == """
        query q: question
        rank    score  id    text
           1  12.3457  日本  second
           2   0.0000  e\u{301}     third
           3  -1.0000  a     first

        """)
  }

  @Test("A blank line stands between queries, and one document makes a table too")
  func several() {
    let request = request(["a": "A"])
    let ranking = ranking(of: request, [1])
    var writer = TableWriter(width: nil)
    let first = writer.text(of: ranking, for: request)
    #expect(first == "query q: question\nrank   score  id  text\n   1  1.0000  a   A\n")
    #expect(writer.text(of: ranking, for: request) == "\n" + first)
  }

  @Test("A document that no model has scored has a dash")
  func unranked() {
    let request = request(["a": "A", "b": "B"])
    let entries = zip(request.documents, [ScoreScale.preference, .given]).enumerated().map {
      RankedDocument(document: $1.0, score: 1, scale: $1.1, candidateIndex: $0)
    }
    var writer = TableWriter(width: 80)
    #expect(
      writer.text(of: Ranking(ordered: entries), for: request)
        .hasSuffix("   1  1.0000  a   A\n   2       -  b   B\n"))
  }

  @Test("No text breaks its line or commands the terminal")
  func harmless() {
    let hostile = "\u{1B}[2J\r\n\tred\u{7}\u{9B}31m \u{202E}evil\u{2066}\u{85}\u{2028}x\u{0}"
    #expect(flattened(hostile) == "[2J red 31m evil x")
    #expect(flattened(" \n ") == "")
    let request = RankingRequest(
      query: Query(id: hostile, text: hostile), documents: [Document(id: hostile, text: hostile)])
    var writer = TableWriter(width: nil)
    let text = writer.text(of: ranking(of: request, [1]), for: request)
    #expect(text.split(separator: "\n").count == 3)
    #expect(
      text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test("No line is wider than the terminal, and what is cut says so", arguments: [40, 41, 79])
  func width(width: Int) {
    let long = String(repeating: "wide 漢字 e\u{301}👩‍👩‍👧 ", count: 20)
    let request = RankingRequest(
      query: Query(id: "q", text: long),
      documents: [Document(id: "a", text: long), Document(id: "b", text: "short")])
    var writer = TableWriter(width: width)
    let lines = writer.text(of: ranking(of: request, [2, 1]), for: request).split(separator: "\n")
    #expect(lines.allSatisfy { displayWidth(String($0)) <= width })
    #expect(lines.map { $0.hasSuffix("…") } == [true, false, true, false])
  }

  @Test(
    "A text is cut at whole characters, with room for the ellipsis",
    arguments: [
      ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("漢字", 4, "漢字"), ("漢字", 3, "漢…"),
      ("漢字", 2, "…"), ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"), ("ab\u{200B}", 2, "ab\u{200B}"),
      ("", 1, ""),
    ])
  func cuts(text: String, width: Int, expected: String) {
    #expect(cut(text, to: width) == expected)
  }

  @Test(
    "Numbers have a fixed count of decimals",
    arguments: [
      (0, "0.0000"), (-0.00001, "0.0000"), (1.00005, "1.0001"), (-12.34567, "-12.3457"),
      (0.99999, "1.0000"), (1e11, "100000000000.0000"), (1e12, "1000000000000.0"),
      (1e300, "1e+300"),
    ] as [(Double, String)])
  func decimals(number: Double, text: String) {
    #expect(fixed(number, decimals: 4) == text)
  }
}
