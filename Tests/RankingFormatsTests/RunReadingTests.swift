import RankingCore
import RankingFormats
import Support
import Testing

@Suite("Reading whole runs")
struct RunReadingTests {
  private func read(_ text: String) throws -> Run {
    try TemporaryFolder.use { try Run.read(path: try $0.write(text, to: "run"), name: "name") }
  }

  /// Documents by falling score.
  private func ranking(_ run: Run, _ query: String) -> [String] {
    run[query].sorted { $0.score > $1.score }.map(\.documentID)
  }

  @Test(
    "TREC's runs, MS MARCO's and rank_llm's give the same rankings",
    arguments: [
      "1 Q0 a 2 1.5 t\n2 Q0 c 1 -3e-2 t\n1 Q0 b 1 2 t more junk\n",
      "# run\n\n1\tQ0\ta\t9\t0.1\tt\r\n1 Q0  b 9 0.2 t\r\n2 Q0 c 9 0 t",
      "1\ta\t2\n1\tb\t1\n2\tc\t1000000\n",
      """
      {"query": {"qid": "1"}, "candidates": [{"docid": "b", "score": 1}, {"docid": "a", "score": 7}]}

      {"query": {"qid": 2, "text": "q"}, "candidates": [{"docid": "c", "doc": {"text": "t"}}]}
      """,
      """
      [ {"query": "q", "qid": 1, "candidates": [{"docid": "b"},
        {"docid": "a"}]},
        {"query": {"text": "named by its place"}, "candidates": [{"id": "c"}]} ]
      """,
    ])
  func forms(text: String) throws {
    let run = try read(text)
    #expect(run.name == "name")
    #expect(Set(run.queryIDs) == ["1", "2"])
    #expect(ranking(run, "1") == ["b", "a"] && ranking(run, "2") == ["c"])
    #expect(run["3"].isEmpty)
  }

  @Test("An empty file is a run that found nothing")
  func empty() throws {
    #expect(try read("").queryIDs.isEmpty)
    #expect(try read("# nothing\n").queryIDs.isEmpty)
  }

  @Test("An identifier may begin with #; a comment has other columns, or a # alone")
  func hash() throws {
    let run = try read("#2 Q0 a 1 1 t\n# as many words as columns\n#note\n1 Q0 b 1 1 t\n")
    #expect(run.queryIDs == ["#2", "1"] && ranking(run, "#2") == ["a"])
    #expect(try read("1\ta\t1\n#2\tb\t1\n").queryIDs == ["1", "#2"])
  }

  @Test("Scores keep all their digits")
  func digits() throws {
    let run = try read("1 Q0 a 1 0.30000000000000004 t\n1 Q0 b 2 0.3 t\n")
    #expect(run["1"].map(\.score) == [0.1 + 0.2, 0.3])
  }

  @Test(
    "What is no run is refused with its line",
    arguments: [
      ("1 Q0 a 1 1 t\n1 Q0 b 2 x t\n", #"run:2: expected a finite score, found "x""#),
      ("1 Q0 a 1 nan t\n", #"found "nan""#), ("1 Q0 a 1 inf t\n", #"found "inf""#),
      ("1 Q0 a 1 1e999 t\n", "expected a finite score"),
      ("1 Q0 a 1 1 t\n1 Q0 b 2 1\n", "run:2: expected six columns"),
      ("1 Q0 a 1\n", "run:1: expected a run (six columns"), ("a\n", "found 1 columns"),
      (
        "1 Q0 a 1 1 t\n\n1 Q0 a 2 0 t\n",
        "run:3: query 1: expected each document once, found a twice"
      ),
      ("1\ta\t1\n1\tb\tx\n", #"run:2: expected a rank from 1 on, found "x""#),
      ("1\ta\t0\n", "expected a rank from 1 on"),
      ("1\ta\t1\n1\tb\n", "run:2: expected three columns"),
      ("{\n", "run:1: column"),
      (#"{"query": {}}"#, "expected an array as candidates, found nothing"),
      (#"{"candidates": [7]}"#, "candidate 0: expected an object with a docid, found a number"),
      (#"{"candidates": [{"docid": []}]}"#, "candidate 0: expected an identifier as docid"),
      (#"{"candidates": [{"docid": "a"}, {"docid": "a"}]}"#, "found a twice"),
      ("[1]", "expected an object with query and candidates, found a number"),
      ("[{}", "expected"), (#"[ {"a" 1}]"#, "run:1: column 8: expected ':'"),
      ("[{\"candidates\": []} \u{1B}", "expected , or ], found \u{FFFD}"),
    ])
  func refuses(text: String, words: String) throws {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.kind == .malformed)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("A missing file is told from a wrong one")
  func missing() throws {
    try TemporaryFolder.use { folder in
      let error = #expect(throws: FormatError.self) { try Run.read(path: folder.path(of: "no")) }
      #expect(error?.kind == .missing)
    }
  }
}
