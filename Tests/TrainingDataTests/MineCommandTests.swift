import Foundation
import RankingCore
import RankingFormats
import Reranking
import Support
import T5RankCLI
import Testing
import TrainingData

@Suite("t5rank mine")
struct MineCommandTests {
  private struct Outcome {
    let code: ExitCode
    let output: String
    let messages: String
  }

  /// Runs the tool in this process, on files that stand for standard output and standard error.
  private func run(
    _ arguments: [String], _ folder: TemporaryFolder,
    openModel: @escaping ModelOpener = RankingModel.sharingOpener()
  ) throws -> Outcome {
    try TemporaryFolder.use { streams in
      let paths = [streams.path(of: "out"), streams.path(of: "err")]
      let descriptors = paths.map { open($0, O_RDWR | O_CREAT, 0o600) }
      defer { descriptors.forEach { close($0) } }
      let code = CommandLineTool.run(
        arguments, console: Console(output: descriptors[0], error: descriptors[1]),
        openModel: openModel)
      return Outcome(
        code: code, output: try streams.text(of: "out"),
        messages: try streams.text(of: "err")
          .replacingOccurrences(of: folder.path + "/", with: ""))
    }
  }

  private static let pairs = """
    {"q": "making honey", "d": "Honey is made by bees."}
    {"q": "how do bees fly home", "d": "The bees fly home with nectar for honey."}
    {"q": "ants", "d": "Ants build nests, and some keep honey."}

    """

  private func use(_ body: (TemporaryFolder) throws -> Void) throws {
    try TemporaryFolder.use { folder in
      try folder.write(Self.pairs, to: "pairs.jsonl")
      try folder.write("x\tA bee.\ny\tHoney is  made by bees.\n", to: "corpus.tsv")
      try body(folder)
    }
  }

  @Test("Pairs become examples with BM25's negatives, and the summary says how many")
  func words() throws {
    try use { folder in
      let mined = try run(["mine", folder.path(of: "pairs.jsonl")], folder)
      #expect(mined.code == .done)
      let examples = try readText(mined.output).examples
      #expect(examples.map(\.query) == ["making honey", "how do bees fly home"])
      #expect(examples[0].negatives.count == 2 && examples[0].scores == nil)
      #expect(mined.messages.contains("3 queries, 3 passages\n"))
      #expect(mined.messages.contains("1.5 negatives a query in the mean (bm25 3)"))
      #expect(mined.messages.contains("1 query has none, and no example"))
      #expect(mined.messages.contains("2 queries have fewer negatives than asked"))
    }
  }

  @Test("A corpus adds passages, and an encoder's scores are written in the order of the passages")
  func encoder() throws {
    try use { folder in
      let base = [
        "mine", folder.path(of: "pairs.jsonl"), "--corpus", folder.path(of: "corpus.tsv"),
        "--encoder", Fixture.encoder, "--negatives", "encoder:2,random:9", "-q",
      ]
      let mined = try run(base + ["--threads", "1"], folder)
      #expect(mined.code == .done && mined.messages == "")
      let examples = try readText(mined.output).examples
      #expect(examples.map(\.negatives.count) == [3, 3, 3])
      #expect(examples.allSatisfy { $0.scores?.count == 4 })
      #expect(try run(base + ["--threads", "3"], folder).output == mined.output)
      // Without a teacher the encoder is one.
      #expect(try run(base + ["--teacher", Fixture.encoder], folder).output == mined.output)
      let file = folder.path(of: "out.jsonl")
      #expect(try run(base + ["-o", file], folder).output == "")
      #expect(try folder.text(of: "out.jsonl") == mined.output)
    }
  }

  @Test("--words-weight adds BM25's share of the greatest score, times the weight")
  func wordsWeight() throws {
    try use { folder in
      let base = [
        "mine", folder.path(of: "pairs.jsonl"), "--encoder", Fixture.encoder,
        "--negatives", "random:9", "-q",
      ]
      func scores(_ more: [String]) throws -> [Double] {
        try readText(run(base + more, folder).output).examples.flatMap { $0.scores ?? [] }
      }
      let plain = try scores([])
      let shares = zip(try scores(["--words-weight", "2"]), plain).map { ($0 - $1) / 2 }
      #expect(shares.count == plain.count && shares.allSatisfy { $0 >= -1e-9 && $0 < 1 })
      // Each positive has a word of its query; "making honey" and the passage on ants share one of two.
      #expect(shares[0] > 0 && shares.contains { $0 > 0.4 } && shares.contains { abs($0) < 1e-9 })
      #expect(try run(base.dropLast(1) + ["--words-weight", "-1"], folder).code == .arguments)
    }
  }

  @Test("A reranker's logits are written, the positive's first")
  func rerankerTeacher() throws {
    try use { folder in
      let mined = try run(
        [
          "mine", folder.path(of: "pairs.jsonl"), "--teacher", Fixture.crossEncoder,
          "--negatives", "random:2", "-q",
        ], folder)
      var options = RerankerOptions()
      options.scale = .logit
      let teacher = try CrossEncoder(ModelDirectory(path: Fixture.crossEncoder), options: options)
      for example in try readText(mined.output).examples {
        let pairs = example.passages.map { TextPair(example.query, $0.text) }
        // A score does not depend on what else is scored, and JSON keeps all of its digits.
        #expect(try example.scores == teacher.scores(for: pairs))
      }
      #expect(mined.code == .done && mined.output.utf8.count { $0 == 10 } == 3)
    }
  }

  @Test("A teacher that compares documents is refused")
  func pairwiseTeacher() throws {
    struct Comparer: Reranker {
      func rerank(
        _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
      ) -> RerankingResult {
        RerankingResult(ranking: Ranking(ordered: []), statistics: RerankingStatistics())
      }
    }
    try use { folder in
      let arguments = ["mine", folder.path(of: "pairs.jsonl"), "--teacher", "duo", "-q"]
      let mined = try run(arguments, folder) { _, _ in
        RankingModel(mode: .duo, reranker: Comparer())
      }
      #expect(mined.code == .arguments && mined.output == "")
      #expect(mined.messages.contains("scores documents one by one, found the mode duo"))
    }
  }

  @Test("Judgements and a run make examples too; a bad line is named, and the rest is mined")
  func judgements() throws {
    try use { folder in
      try folder.write("1 0 a 1\n", to: "qrels")
      try folder.write("1 Q0 b 1 2.0 x\n1 Q0 c 2 1.0 x\n1 Q0 a 3 0.5 x\n", to: "run")
      try folder.write("1\tq\n", to: "queries.tsv")
      try folder.write("a\tA\nbad\nb\tB\nc\tC\n", to: "docs.tsv")
      let paths = ["qrels", "run", "queries", "corpus"].flatMap { name in
        [
          "--\(name)",
          folder.path(of: ["queries": "queries.tsv", "corpus": "docs.tsv"][name] ?? name),
        ]
      }
      let mined = try run(["mine", "--negatives", "given:1", "-q"] + paths, folder)
      #expect(mined.code == .badInput)
      #expect(mined.messages.contains("docs.tsv:2: expected id<TAB>text"))
      #expect(mined.messages.split(separator: "\n").count == 1)
      #expect(mined.output == #"{"query":"q","positive":"A","negatives":["B"]}"# + "\n")
    }
  }

  /// Arguments for one judgement, and a corpus.
  private func judged(_ corpus: String, _ folder: TemporaryFolder) throws -> [String] {
    let qrels = try folder.write("1 0 a 1\n", to: "qrels")
    let queries = try folder.write("1\tq\n", to: "queries.tsv")
    let files = ["--qrels", qrels, "--queries", queries, "--corpus", corpus]
    return ["mine", "-q", "--negatives", "random:1"] + files
  }

  @Test("A corpus that comes through a pipe is refused beside judgements, which need it twice")
  func pipedCorpus() throws {
    try use { folder in
      var ends: [CInt] = [0, 0]
      let status = pipe(&ends)
      try #require(status == 0)
      defer { close(ends[0]) }
      let text = "a\tA\nb\tB\n"
      write(ends[1], text, text.utf8.count)
      close(ends[1])
      let mined = try run(judged("/dev/fd/\(ends[0])", folder), folder)
      #expect(mined.code == .arguments && mined.output == "")
      #expect(mined.messages.contains("--corpus: expected a file, as --qrels reads it twice"))
    }
  }

  @Test("A bad line of a compressed BEIR corpus is named once")
  func compressedCorpus() throws {
    try use { folder in
      var encoder = GzipEncoder()
      let text = """
        {"_id": "a", "text": "A"}
        bad
        {"_id": "b", "text": "B"}
        """
      let bytes = encoder.encode(Array(text.utf8))
      try folder.makeFolder("beir")
      try folder.write(bytes + encoder.finish(), to: "beir/corpus.jsonl.gz")
      let mined = try run(judged(folder.path(of: "beir"), folder), folder)
      #expect(mined.code == .badInput)
      #expect(mined.messages.contains("beir/corpus.jsonl.gz:2: expected id<TAB>text"))
      #expect(mined.messages.split(separator: "\n").count == 1, "\(mined.messages)")
      #expect(mined.output == #"{"query":"q","positive":"A","negatives":["B"]}"# + "\n")
    }
  }

  @Test(
    "What cannot be done is said in one sentence, and leaves no file",
    arguments: [
      ([], .arguments), (["none"], .missingFile), (["P", "--corpus", "none"], .missingFile),
      (["P", "--negatives", "encoder:3"], .arguments), (["P", "--negatives", "bm25"], .arguments),
      (["P", "--negatives", "bm25:0"], .arguments),
      (["P", "--negatives", "bm25:1,bm25:2"], .arguments),
      (["P", "--negatives", "bm26:1"], .arguments), (["P", "--ranks", "0-5"], .arguments),
      (["P", "--ranks", "9-5"], .arguments), (["P", "--ranks", "1-2-3"], .arguments),
      (["P", "--ranks", "-"], .arguments), (["P", "--sampling", "best"], .arguments),
      (["P", "--margin-absolute", "x"], .arguments), (["P", "--seed", "-1"], .arguments),
      (["P", "--encoder", "none"], .missingFile), (["P", "--teacher", "none"], .missingFile),
      (["P", "--run", "P"], .arguments), (["P", "--qrels", "P"], .arguments),
      (["--qrels", "P", "--queries", "P"], .arguments), (["E"], .badInput),
      (["-", "--corpus", "-"], .arguments), (["-", "-"], .arguments),
      (["--qrels", "-", "--queries", "-", "--corpus", "P"], .arguments),
    ] as [([String], ExitCode)])
  func refusals(arguments: [String], code: ExitCode) throws {
    try use { folder in
      try folder.write("", to: "empty")
      let names = try folder.names()
      let paths = ["P": folder.path(of: "pairs.jsonl"), "E": folder.path(of: "empty")]
      let output = ["-o", folder.path(of: "out")]
      let result = try run(["mine"] + arguments.map { paths[$0] ?? $0 } + output, folder)
      #expect(result.code == code, "\(result.messages)")
      #expect(result.messages.hasPrefix("t5rank: error: "))
      #expect(result.messages.split(separator: "\n").count == 1)
      #expect(try folder.names() == names)
    }
  }
}
