import Checkpoints
import ModelHub
import Foundation
import RankingCore
import Reranking
import Support
import T5RankCLI
import Testing

@Suite("Exit codes")
struct ExitCodeTests {
  @Test(
    "Arguments that cannot be followed end with 2 before anything is read",
    arguments: [
      (["--mod=duo"], "unknown option --mod"),
      (["rnak"], "unknown subcommand 'rnak'; did you mean rank?"),
      (["inspct", "dir"], "did you mean inspect?"),
      (["-q", "bench"], "expected a file, found 'bench'; subcommands come first"),
      (
        ["help", "nonsense"],
        "unknown subcommand 'nonsense'; there are rank, evaluate,"
      ),
      (["help", "rank", "bench"], "help: expected one subcommand, found 2"),
      (["--json"], "--json goes with --version"),
      (["--query", " "], "--query: expected a query, found an empty one"),
      (["--run", "r"], "go together; expected --queries and --corpus"),
      (["--queries", "q", "--corpus", "c"], "expected --run"),
      (["--run", "r", "--queries", "q", "--corpus", "c", "f"], "expected no file beside --run"),
      (["--run=r", "--queries=q", "--corpus=c", "--query=x"], "--query or --run, found both"),
      (["--run=-", "--queries=-", "--corpus=c"], "expected standard input (-) once"),
      (["-", "-"], "expected standard input (-) once"),
      (["--run="], "--run: expected a value, found an empty one"),
      (["--model=", "-"], "--model: expected a value, found an empty one"),
      (["--output=", "-"], "--output: expected a value, found an empty one"),
      (["--prompt=", "-"], "--prompt: expected a value, found an empty one"),
      (["--tag=a b", "-"], "--tag: expected a word without white space, found 'a b'"),
      (["--top-k=0", "-"], "--top-k: expected a whole number from 1 to 1,000,000,000, found '0'"),
      (["--depth=-1", "-"], "--depth: expected a whole number from 1 to 1,000,000, found '-1'"),
      (["--depth=1e3", "-"], "found '1e3'"),
      (["--depth=99999999999999999999", "-"], "--depth: expected a whole number"),
      (["--threads=2000", "-"], "--threads: expected a whole number from 1 to 1,024"),
      (["--max-tokens=7", "-"], "--max-tokens: expected a whole number from 8 to"),
      (["--batch-tokens=0", "-"], "--batch-tokens: expected a whole number from 1 to"),
    ])
  func arguments(arguments: [String], words: String) throws {
    try TemporaryFolder.use { folder in
      let run = try ToolRun(arguments, in: folder) { _, _ in throw CocoaError(.fileNoSuchFile) }
      #expect(run.code == .arguments)
      #expect(run.output.isEmpty)
      #expect(
        run.errors.hasPrefix("t5rank: error: ") && run.errors.contains(words), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("A missing file ends with 4 before a model is opened, a file without queries with 5")
  func files() throws {
    try TemporaryFolder.use { folder in
      let good = try folder.write(requestLine(), to: "good")
      for (paths, words) in [
        ([good, folder.path(of: "none")], "none: expected a file, found none"),
        ([folder.path], "expected a file, found a directory"),
        (["--query=q", folder.path(of: "none")], "none: expected a file, found none"),
        (
          ["--run=\(folder.path)/r", "--queries=\(good)", "--corpus=\(good)"], "r: expected a file"
        ),
      ] {
        let run = try ToolRun(paths, in: folder) { _, _ in throw CocoaError(.fileNoSuchFile) }
        #expect(run.code == .missingFile && run.output.isEmpty)
        #expect(run.errors.contains(words), "\(run.errors)")
      }
      let empty = try ToolRun([folder.write("\n", to: "empty")], in: folder)
      #expect(empty.code == .badInput)
      #expect(empty.errors == "t5rank: error: empty: expected at least one query, found none\n")
    }
  }

  /// An error of a model, the status that it ends with, and how many requests are ranked all the same.
  struct Failure: Sendable, CustomTestStringConvertible {
    let error: any Error
    let code: ExitCode
    let ranked: Int

    init(_ error: any Error, _ code: ExitCode, ranked: Int = 1) {
      self.error = error
      self.code = code
      self.ranked = ranked
    }

    var testDescription: String { String(describing: error) }
  }

  static let failures = [
    Failure(RerankingError.fileMissing(path: "m", expected: "a model"), .missingFile),
    Failure(HubError.unusableName("a name"), .arguments),
    Failure(HubError.missing("a model"), .missingFile),
    Failure(HubError.refused("a model"), .missingFile),
    Failure(HubError.unusableAnswer(address: "a", reason: "b"), .badInput),
    Failure(HubError.transferFailed(address: "a", reason: "b"), .runTimeFailure),
    Failure(HubError.unwritable(path: "a", reason: "b"), .runTimeFailure),
    Failure(RerankingError.unusableModel(path: "m", reason: "r"), .badInput),
    Failure(RerankingError.unusablePrompt(path: "p", reason: "r"), .badInput),
    Failure(RerankingError.unusableOptions(reason: "r"), .arguments),
    Failure(RerankingError.tooManyPairs(found: 2, limit: 1), .arguments),
    Failure(CheckpointError.fileMissing(path: "m", expected: "weights"), .missingFile),
    Failure(CheckpointError.unreadable(path: "m", reason: "r"), .missingFile),
    Failure(CheckpointError.malformed(path: "m", reason: "r"), .badInput),
    Failure(CheckpointError.noSuchTensor(path: "m", tensor: "t"), .badInput),
    Failure(CheckpointError.unsupportedScalar(path: "m", tensor: "t", found: "I8"), .badInput),
    Failure(CheckpointError.unwritable(path: "m", reason: "r"), .runTimeFailure),
    Failure(CocoaError(.featureUnsupported), .runTimeFailure),
    // These concern one query: the next is ranked.
    Failure(RerankingError.unusableQuery(id: "2", reason: "r"), .badInput, ranked: 2),
    Failure(RerankingError.scoreNotFinite(documentID: "d", found: "nan"), .badInput, ranked: 2),
  ]

  @Test("A model's error has one status, whether it opens or ranks", arguments: failures)
  func model(failure: Failure) throws {
    try TemporaryFolder.use { folder in
      let input = try folder.write(
        requestLine("first") + requestLine("second") + requestLine("third"), to: "in")
      let ranking = try ToolRun(
        [input], in: folder,
        model: FakeReranker(before: { if $0.text == "second" { throw failure.error } }))
      #expect(ranking.code == failure.code)
      #expect(ranking.output.split(separator: "\n").count == failure.ranked)
      #expect(ranking.errors.hasPrefix("t5rank: error: "))
      // A query's own error says where the query stands.
      #expect(ranking.errors.contains("in:2: query 2: ") == (failure.ranked == 2))
      if failure.ranked == 1 {
        let opening = try ToolRun([input], in: folder) { _, _ in throw failure.error }
        #expect(opening.code == failure.code && opening.errors == ranking.errors)
      }
    }
  }
}
