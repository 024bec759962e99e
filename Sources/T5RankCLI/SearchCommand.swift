import Kernels
import RankingCore
import RankingFormats
import Reranking
import Retrieval

/// Searches an index for each query, and writes the rankings in the queries' order.
struct SearchCommand {
  let settings: SearchSettings
  let console: Console
  let openModel: ModelOpener

  /// A query, and what its errors are about.
  private struct Item: Sendable {
    let query: Query
    let path: String
    let line: Int?
  }

  /// Queries of a file that are searched for before the first of them is written.
  private static let batch = 64

  /// - Returns: The gravest of what went wrong with single queries; `.done` if nothing did.
  /// - Throws: What ends the whole run.
  func run() throws -> ExitCode {
    let start = Terminal.seconds()
    let index = try SearchedIndex(settings)
    if !settings.isQuiet { index.notes.forEach(console.note) }
    if [.json, .jsonl].contains(settings.format), !index.storesTexts, !settings.isQuiet {
      console.note("the index has no texts: what is found cannot be re-ranked")
    }
    let cascade = try cascade(over: index)
    var explanations = try cascade.flatMap {
      try ExplanationWriter(settings.explain, of: $0, console, isQuiet: settings.isQuiet)
    }
    let output = try OutputFile(settings.outputPath, or: console)
    var writer = RankingWriter(
      settings.format, tag: settings.tag, topK: cascade.map { _ in settings.topK },
      width: tableWidth)
    var problems = ProblemReport(console)
    var reader = reader
    var counts = (queries: 0, answered: 0)
    var statistics = RerankingStatistics()
    while true {
      let items = try nextItems(&reader, isFirst: counts.queries == 0, &problems)
      if items.isEmpty { break }
      counts.queries += items.count
      let results = try index.candidates(
        for: items.map(\.query), limit: settings.limit,
        threads: settings.threads ?? ThreadTeam.availableCores)
      for (item, result) in zip(items, results) {
        do {
          let isAnswered = try write(
            try result.get(), from: index, cascade, for: item, to: output, &writer, &statistics,
            &explanations)
          counts.answered += isAnswered ? 1 : 0
        } catch RetrievalError.unusableQuery(let reason) {
          problems.add(FormatError(.malformed, path: item.path, line: item.line, reason: reason))
        } catch let error as FormatError {
          problems.add(error)
        }
      }
      if !settings.isQuiet, settings.input != .prompt {
        console.progress("\(grouped(counts.queries)) queries")
      }
    }
    try output.write(writer.ending)
    try output.finish()
    try explanations?.finish()
    console.eraseProgress()
    if counts.queries == 0, problems.isEmpty, settings.input != .prompt {
      problems.add(
        FormatError(
          .malformed, path: settings.queriesPath,
          reason: "expected at least one query, found none"))
    }
    problems.finish()
    say(
      counts, statistics, loweredScores: writer.loweredScores,
      replacedBytes: reader?.replacedBytes ?? 0, seconds: Terminal.seconds() - start)
    return problems.exitCode
  }

  // MARK: Reading

  /// nil: the one query is among the settings.
  private var reader: TextReader? {
    switch settings.input {
    case .query: nil
    case .file(let path):
      TextReader(paths: [path], content: .queries, invalidUTF8: settings.invalidUTF8)
    case .lines, .prompt:
      TextReader(paths: ["-"], content: .plainQueries, invalidUTF8: settings.invalidUTF8)
    }
  }

  /// The next queries; none at the end.
  ///
  /// Lines of standard input are answered one by one.
  private func nextItems(
    _ reader: inout TextReader?, isFirst: Bool, _ problems: inout ProblemReport
  ) throws(FormatError) -> [Item] {
    if case .query(let text) = settings.input {
      return isFirst ? [Item(query: Query(id: "1", text: text), path: "--query", line: nil)] : []
    }
    var isFile = false
    if case .file = settings.input { isFile = true }
    if settings.input == .prompt { console.usage("query> ") }
    var items: [Item] = []
    while items.count < (isFile ? Self.batch : 1), let next = try reader?.next() {
      switch next {
      case .success(let entry):
        let query = Query(id: entry.id, text: entry.text)
        items.append(Item(query: query, path: entry.path, line: entry.line))
      case .failure(let error): problems.add(error)
      }
    }
    if settings.input == .prompt, items.isEmpty { console.usage("\n") }
    return items
  }

  // MARK: Ranking

  /// What re-ranks what is found; nil if nothing does.
  private func cascade(over index: SearchedIndex) throws -> Cascade? {
    guard let stages = settings.stages else { return nil }
    guard index.storesTexts else {
      throw UsageError("--stages: expected an index with texts, found one made with --no-texts")
    }
    try PairBudget(settings).check(
      candidatesOfEachQuery: min(settings.limit, index.documentCount))
    var options = settings.options
    options.cache = try settings.cache?.open(console)
    options.documentVectors = try settings.vectorsPath.map(TokenVectorIndex.init(path:))
    let openModel =
      settings.isQuiet ? openModel : RankingModel.noting(openModel, on: console)
    return try stages.cascade(modelPath: settings.modelPath, options, openModel: openModel)
  }

  // MARK: Writing

  /// - Returns: Whether there was anything to write: requests without candidates cannot be re-ranked.
  private func write(
    _ ranking: Ranking, from index: SearchedIndex, _ cascade: Cascade?, for item: Item,
    to output: OutputFile, _ writer: inout RankingWriter,
    _ statistics: inout RerankingStatistics, _ explanations: inout ExplanationWriter?
  ) throws -> Bool {
    guard !ranking.isEmpty else {
      if settings.input == .prompt { console.usage("nothing found\n") }
      return false
    }
    let request = RankingRequest(
      query: item.query, documents: ranking.map(\.document), path: item.path, line: item.line)
    try writer.check(request)
    let result = try cascade.map { cascade in
      try request.refusingAlone {
        try cascade.rerank(ranking, from: index.stage.rawValue, for: item.query)
      }
    }
    if let result { statistics.add(result.statistics) }
    try output.write(writer.text(of: result?.ranking ?? ranking, for: request))
    if let result { try explanations?.write(result.ranking, for: request) }
    return true
  }

  private var tableWidth: Int? {
    settings.outputPath == nil ? Terminal.width(console.standardOutput) : nil
  }

  private func say(
    _ counts: (queries: Int, answered: Int), _ statistics: RerankingStatistics,
    loweredScores: Int, replacedBytes: Int, seconds: Double
  ) {
    guard !settings.isQuiet, settings.input != .prompt else { return }
    let empty = counts.queries - counts.answered
    if empty > 0 {
      console.note("nothing was found for \(counted(empty, "query", "queries"))")
    }
    console.noteRun(statistics, loweredScores: loweredScores, replacedBytes: replacedBytes)
    if console.isInteractive {
      console.note("\(counted(counts.queries, "query", "queries")), \(secondsText(seconds))")
    }
  }
}
