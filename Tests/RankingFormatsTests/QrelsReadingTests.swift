import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Reading judgements")
struct QrelsReadingTests {
  private func read(_ text: String) throws -> Qrels {
    try TemporaryFolder.use { try Qrels.read(path: try $0.write(text, to: "qrels")) }
  }

  @Test(
    "TREC's, MS MARCO's and BEIR's files hold the same judgements",
    arguments: [
      "1 0 a 2\n1 0 b -1\n2 0 a 0\n", "1\t0\ta\t2\n1\t0\tb\t-1\n2\t0\ta\t0",
      "query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t-1\n2\ta\t0\n", "1 a 2\n1 b -1\n2 a 0\n",
      "# comment\n\n  1   Q0 \ta  +2\r\n1 0 b -1 \r\n#\n2 0 a 0\r\n",
      "\u{FEFF}1 0 a 2\n1 0 b -1\n2 0 a 0",
    ])
  func forms(text: String) throws {
    let qrels = try read(text)
    #expect(qrels.queryIDs == ["1", "2"])
    #expect(qrels.grade(of: "a", for: "1") == 2 && qrels.grade(of: "b", for: "1") == -1)
    #expect(qrels.grade(of: "a", for: "2") == 0 && qrels.grade(of: "b", for: "2") == nil)
    #expect(qrels.highestGrade == 2)
  }

  @Test("An identifier may have a # anywhere; a comment has other columns, or a # alone")
  func hash() throws {
    #expect(try read("q#1 0 #a 1\n").grade(of: "#a", for: "q#1") == 1)
    #expect(try read("1 0 a 1\n#2 0 a 3\n").grade(of: "a", for: "#2") == 3)
    #expect(try read("#2 0 a 3\n#note\n#some note\n1 0 a 1\n").queryIDs == ["#2", "1"])
    #expect(try read("#2 a 3\n#four words in it\n").queryIDs == ["#2"])
    // As in trec_eval's own test files.
    #expect(try read("1 0 a 1\n# comment in docno\n").queryIDs == ["1"])
  }

  @Test(
    "What is no judgement is refused with its line",
    arguments: [
      (
        "1 0 a 1\n1 0 b x\n",
        #"qrels:2: expected a whole number from -1000 to 1000 as grade, found "x""#
      ),
      ("1 0 a 1.5\n", #"found "1.5""#), ("1 0 a 1001\n", #"found "1001""#),
      ("1 0 a 99999999999999999999\n", "qrels:1: expected a whole number"),
      ("1 0 a 1\n\n1 0 b\n", "qrels:3: expected 4 columns as before, found 3"),
      ("1 0 a 1 2\n", "qrels:1: expected four columns"),
      ("1 0 a 1\n1 0 a 1\n", "qrels:2: query 1: expected each document judged once, found a twice"),
      ("query-id corpus-id score\n", "qrels: expected judgements, found none"),
      ("", "qrels: expected judgements, found none"),
      ("1 0 a 1\n#2 0 a x\n", "qrels:2: expected a whole number"),
      ("h h Score\n1 a x\n", "qrels:2: expected a whole number"),
      ("1 a x\n1 b 1\n", "qrels:1: expected a whole number"),
      ("h h h\n1 a 1\n", "qrels:1: expected a whole number"),
    ])
  func refuses(text: String, words: String) throws {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.kind == .malformed)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("Bytes that are not UTF-8 are refused: two documents could become one")
  func encoding() throws {
    try TemporaryFolder.use { folder in
      let path = try folder.write(Array("1 0 ".utf8) + [0xFF] + Array(" 1\n".utf8), to: "qrels")
      let error = #expect(throws: FormatError.self) { try Qrels.read(path: path) }
      #expect(error?.description.contains("expected UTF-8, found the byte 0xFF") == true)
    }
  }
}
