import Evaluation
import Foundation
import RankingCore
import Testing

/// Judgements as `query document grade`.
func qrels(_ lines: (String, String, Int)...) -> Qrels {
  var qrels = Qrels()
  for (query, document, grade) in lines { _ = qrels.judge(document, for: query, grade: grade) }
  return qrels
}

/// A run that found these documents for each query, best first.
func run(_ rankings: KeyValuePairs<String, [String]>, name: String = "run") -> Run {
  var run = Run(name: name)
  for (query, documents) in rankings {
    for (rank, document) in documents.enumerated() {
      _ = run.append(.init(documentID: document, score: -Double(rank)), for: query)
    }
  }
  return run
}

@Suite("Measures by hand")
struct MeasureValueTests {
  // Ranked: judged below 0, grade 2, not judged, grade 1. Not found: grade 0.
  private let judgements = qrels(
    ("q", "bad", -1), ("q", "best", 2), ("q", "good", 1), ("q", "no", 0))
  private let found = run(["q": ["bad", "best", "new", "good"]])

  private func value(_ measure: String) throws -> Double {
    Evaluator(qrels: judgements, measures: [try Measure(measure)]).evaluate(found).mean(0)
  }

  private static let second = 1 / log2(3.0)
  private static let fourth = 1 / log2(5.0)
  private static let definitions: [(String, Double)] = [
    ("nDCG", (2 * second + fourth) / (2 + second)),
    ("nDCG@2", 2 * second / (2 + second)),
    ("nDCG(dcg='exp-log2')", (3 * second + fourth) / (3 + second)),
    ("nDCG(judged_only=True)", 1),
    ("nDCG(gains={1:5})@4", (2 * second + 5 * fourth) / (5 + 2 * second)),
    ("RR", 0.5), ("RR@1", 0), ("RR(judged_only=True)", 1), ("AP", 0.5), ("AP@2", 0.25),
    ("AP(rel=2)", 0.5), ("P@2", 0.5), ("P@10", 0.2), ("P(rel=0)@10", 0.2), ("R@2", 0.5),
    ("R@4", 1), ("R(rel=3)@4", 0), ("Rprec", 0.5), ("Success@1", 0), ("Success@2", 1),
    ("Judged@3", 2.0 / 3), ("Judged@10", 0.75), ("Judged", 0.75),
    ("ERR", 3.0 / 16 / 2 + 13.0 / 16 / 16 / 4), ("ERR@2", 3.0 / 32),
    ("RBP(p=0.5,rel=1)", 0.5 * (0.5 + 0.125)), ("RBP(p=0.5)", 0.5 * (0.5 + 0.0625)),
    ("RBP(p=0.5,rel=1)@2", 0.25),
  ]

  @Test("Each measure is what its definition says", arguments: definitions)
  func values(name: String, expected: Double) throws {
    // A few roundings.
    #expect((try value(name) - expected).magnitude < 1e-15, "\(name)")
  }

  @Test("Grades above gdeval's highest stretch ERR's scale instead of breaking it")
  func highGrades() throws {
    let evaluator = Evaluator(
      qrels: qrels(("q", "a", 10)), measures: [try Measure("ERR")])
    #expect(evaluator.evaluate(run(["q": ["a"]])).mean(0) == 1023.0 / 1024)
  }

  @Test("Equal scores are ordered as the program does that ir_measures asks")
  func ties() throws {
    var tied = Run(name: "tied")
    for document in ["b", "a", "c"] {
      _ = tied.append(.init(documentID: document, score: 1), for: "q")
    }
    let measures = try Measure.list("RR RR@10 Judged@1 RBP(p=0.5,rel=1) RBP(p=0.5)")
    let evaluation = Evaluator(qrels: qrels(("q", "a", 1)), measures: measures).evaluate(tied)
    // By falling identifier, rising, rising, as given, falling.
    #expect(measures.indices.map(evaluation.mean) == [1.0 / 3, 1, 1, 0.25, 0.125])
  }

  @Test("Identifiers that look alike but have other bytes are other documents")
  func bytes() throws {
    let evaluator = Evaluator(
      qrels: qrels(("q", "e\u{301}", 1)), measures: [.precision(at: 1)])
    #expect(evaluator.evaluate(run(["q": ["\u{E9}"]])).mean(0) == 0)
    #expect(evaluator.evaluate(run(["q": ["e\u{301}"]])).mean(0) == 1)
  }

  @Test("A query that a run lacks counts 0, or does not count; one that nobody judged never does")
  func averaging() {
    let judgements = qrels(("1", "a", 1), ("2", "a", 1))
    let found = run(["1": ["a"], "3": ["a"]])
    let all = Evaluator(qrels: judgements, measures: [.precision(at: 1)]).evaluate(found)
    #expect(all.mean(0) == 0.5 && all.averagedQueries == 2)
    #expect(all.missingQueries == 1 && all.unjudgedQueries == 1)
    let common = Evaluator(
      qrels: judgements, measures: [.precision(at: 1)], averaging: .commonQueries
    ).evaluate(found)
    #expect(common.mean(0) == 1 && common.averagedQueries == 1)
  }

  @Test("A judged query with an empty list is missing, but it is judged")
  func emptyList() {
    var found = run(["1": ["a"]])
    _ = found.position(of: "2")
    let evaluation = Evaluator(
      qrels: qrels(("1", "a", 1), ("2", "a", 1)), measures: [.precision(at: 1)]
    ).evaluate(found)
    #expect(evaluation.mean(0) == 0.5)
    #expect(evaluation.missingQueries == 1 && evaluation.unjudgedQueries == 0)
  }

  @Test("Documents behind the most that count are not looked at, after the run was ordered")
  func maximum() {
    var unordered = Run(name: "unordered")
    for (document, score) in [("a", 1.0), ("b", 3), ("c", 2)] {
      _ = unordered.append(.init(documentID: document, score: score), for: "q")
    }
    for (maximum, expected) in [(1, 0.0), (2, 0), (3, 1.0 / 3)] {
      let evaluator = Evaluator(
        qrels: qrels(("q", "a", 1)), measures: [.reciprocalRank()], maximumDocuments: maximum)
      #expect(evaluator.evaluate(unordered).mean(0) == expected)
    }
  }

  @Test("A ranking counts by its order, whatever its scores are")
  func ranking() {
    let documents = ["a", "b"].enumerated().map { index, id in
      RankedDocument(
        document: Document(id: id, text: ""), score: Double(index), scale: .given,
        candidateIndex: index)
    }
    var run = Run(name: "two stages")
    let isNew = [
      run.append(Ranking(ordered: documents), for: "q"),
      run.append(Ranking(ordered: documents), for: "q"),
    ]
    #expect(isNew == [true, false])
    let evaluator = Evaluator(qrels: qrels(("q", "a", 1)), measures: [.precision(at: 1)])
    #expect(evaluator.evaluate(run).mean(0) == 1)
  }
}
