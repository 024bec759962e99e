import Foundation
import Retrieval
import Testing

@Suite("Text analysis")
struct TextAnalysisTests {
  private let plain = TextAnalysis(stopWords: .none, stemmer: .none)

  @Test(
    "Words are runs of letters, marks and digits, in lower case",
    arguments: [
      ("", []), ("  ,;—  ", []), ("Bees", ["bees"]), ("T5-small", ["t5", "small"]),
      ("snake_case 3.14", ["snake", "case", "3", "14"]), ("ÄRGER Straße", ["ärger", "straße"]),
      ("ΣΊΣΥΦΟΣ", ["σίσυφοσ"]), ("e\u{301}tude", ["e\u{301}tude"]), ("\u{301}a", ["a"]),
      ("soft\u{AD}hyphen", ["softhyphen"]), ("٣٤ x²", ["٣٤", "x²"]),
      ("日本の本", ["日", "本", "の", "本"]), ("カタカナ", ["カタカナ"]), ("a日b", ["a", "日", "b"]),
      ("🐝bee🐝", ["bee"]),
    ] as [(String, [String])])
  func words(text: String, expected: [String]) {
    #expect(plain.terms(of: text) == expected)
  }

  @Test(
    "An apostrophe between letters belongs to the word, and a final 's is dropped",
    arguments: [
      ("don't", ["don't"]), ("don’t", ["don't"]), ("bee's", ["bee"]), ("BEE’S", ["bee"]),
      ("bees'", ["bees"]), ("'quoted'", ["quoted"]), ("rock 'n' roll", ["rock", "n", "roll"]),
      ("o'neil's", ["o'neil"]), ("5's", ["5", "s"]), ("a''b", ["a", "b"]), ("'s", ["s"]),
    ] as [(String, [String])])
  func apostrophes(text: String, expected: [String]) {
    #expect(plain.terms(of: text) == expected)
  }

  @Test("Of a very long word the first 255 bytes count")
  func longWords() {
    let terms = plain.terms(of: String(repeating: "a", count: 1000) + " b")
    #expect(terms == [String(repeating: "a", count: 255), "b"])
  }

  @Test("Lucene's stop words are left out, then words are stemmed")
  func englishAnalysis() {
    let text = "The bees are returning to their hives, and THEN it is not a hive."
    #expect(TextAnalysis().terms(of: text) == ["bee", "return", "hive", "hive"])
    #expect(TextAnalysis(stemmer: .none).terms(of: text) == ["bees", "returning", "hives", "hive"])
    #expect(TextAnalysis(stopWords: .none).terms(of: "into the hives") == ["into", "the", "hive"])
  }

  @Test("Words with letters outside of a–z are not stemmed")
  func foreignWords() {
    #expect(TextAnalysis().terms(of: "cafés résumés caf") == ["cafés", "résumés", "caf"])
  }

  @Test("Stems are those of the reference, for every word of the fixture")
  func porterStems() throws {
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/retrieval/porter.tsv")
    let lines = try String(contentsOf: fixture, encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.count > 4000)
    let analysis = TextAnalysis(stopWords: .none)
    let wrong = lines.filter { line in
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return analysis.terms(of: columns[0]) != [columns[1]]
    }
    #expect(wrong == [])
  }
}
