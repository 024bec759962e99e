import Evaluation
import Foundation
import RankingCore
import RankingFormats
import Testing

/// NIST's own fixtures; they are not part of this project, but stand beside it.
private enum Fixture {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/trec_eval").path

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder + "/out.test") }

  /// What trec_eval printed, for the measures that we have: `measure query value`.
  static func output(_ name: String) throws -> [(measure: String, query: String, value: String)] {
    let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    return text.split(separator: "\n").compactMap { line in
      let columns = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      guard columns.count == 3, (try? Measure(columns[0])) != nil else { return nil }
      return (columns[0], columns[1], columns[2])
    }
  }
}

@Suite("Measures beside trec_eval")
struct TrecEvalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let output: String
    var qrels = "qrels.test"
    var run = "results.test"
    var averaging = Averaging.commonQueries
    var maximumDocuments: Int?
    var relevance = 1
    let count: Int

    var testDescription: String { output }
  }

  static let cases = [
    Case(output: "out.test", count: 12),
    Case(output: "out.test.a", count: 44),
    Case(output: "out.test.aq", count: 176),
    Case(output: "out.test.aqc", run: "results.trunc", averaging: .judgedQueries, count: 176),
    Case(
      output: "out.test.aqcM", run: "results.trunc", averaging: .judgedQueries,
      maximumDocuments: 100, count: 176),
    Case(output: "out.test.aql", qrels: "qrels.rel_level", relevance: 2, count: 176),
    Case(
      output: "out.comment.test", qrels: "qrels.comment.test", run: "results.comment.test",
      count: 12),
  ]

  @Test(
    "Every number that trec_eval printed is ours to its last digit",
    .enabled(if: Fixture.isThere, "skipped: ../shared/data/trec_eval is not there"),
    arguments: cases)
  func printed(of test: Case) throws {
    let output = try Fixture.output(test.output)
    #expect(output.count == test.count)
    let measures = try Measure.list(
      output.map(\.measure).joined(separator: " "), relevance: test.relevance)
    let evaluator = Evaluator(
      qrels: try Qrels.read(path: "\(Fixture.folder)/\(test.qrels)"), measures: measures,
      averaging: test.averaging, maximumDocuments: test.maximumDocuments)
    let evaluation = evaluator.evaluate(try Run.read(path: "\(Fixture.folder)/\(test.run)"))
    for line in output {
      let measure = try Measure(line.measure, relevance: test.relevance)
      let place = try #require(measures.firstIndex(of: measure))
      let value: Double
      if line.query == "all" {
        value = evaluation.mean(place)
      } else {
        let query = try #require(evaluation.queryIDs.firstIndex(of: line.query))
        value = evaluation.values[place][query]
      }
      #expect(
        String(format: "%.4f", value) == line.value, "\(line.measure) of \(line.query)")
    }
  }
}
