import RankingCore
import RankingFormats
import Retrieval

/// What `t5rank index` is asked to do, checked.
struct IndexSettings: Sendable {
  let corpusPaths: [String]
  let indexPath: String
  let analysis: TextAnalysis
  let parameters: BM25Parameters
  let storesTexts: Bool
  let isQuiet: Bool
  let invalidUTF8: InvalidUTF8

  init(_ parsed: ParsedArguments) throws {
    guard let path = try parsed.text("index") else {
      throw UsageError("index: expected --index DIR, found none")
    }
    indexPath = path
    // What a shell made of `--corpus *.jsonl` comes as operands.
    corpusPaths = parsed.all("corpus") + parsed.operands
    guard !corpusPaths.isEmpty, !corpusPaths.contains("") else {
      throw UsageError("index: expected --corpus FILE, found none")
    }
    analysis = TextAnalysis(
      stopWords: try parsed.choice("stop-words") ?? .english,
      stemmer: try parsed.choice("stemmer") ?? .porter)
    parameters = try BM25Parameters(
      k1: try parsed.decimal("k1") ?? BM25Parameters.usual.k1,
      b: try parsed.decimal("b") ?? BM25Parameters.usual.b)
    storesTexts = !parsed.has("no-texts")
    isQuiet = parsed.has("quiet")
    invalidUTF8 = parsed.has("strict-utf8") ? .refuse : .replace
  }
}

/// Makes an index of a corpus.
struct IndexCommand {
  let settings: IndexSettings
  let console: Console

  /// - Returns: The gravest of what went wrong with single lines; `.done` if nothing did.
  /// - Throws: What ends the whole run; no index is there then.
  func run() throws -> ExitCode {
    let start = Terminal.seconds()
    var problems = ProblemReport(console)
    var reader = TextReader(
      paths: settings.corpusPaths, content: .documents, invalidUTF8: settings.invalidUTF8)
    let builder = try BM25IndexBuilder(
      path: settings.indexPath, analysis: settings.analysis, parameters: settings.parameters,
      storesTexts: settings.storesTexts)
    Signals.setUnfinished(builder.unfinishedPaths)
    defer { Signals.clearUnfinished() }
    while let next = try reader.next() {
      do {
        let entry = try next.get()
        try add(entry, to: builder)
        showProgress(builder.documentCount, since: start)
      } catch let error as FormatError {
        // It concerns this line alone.
        problems.add(error)
      }
    }
    try builder.finish { terms in
      if !settings.isQuiet { console.progress("merging · \(grouped(terms)) terms") }
    }
    console.eraseProgress()
    problems.finish()
    say(builder, reader, seconds: Terminal.seconds() - start)
    return problems.exitCode
  }

  private func add(_ entry: TextReader.Entry, to builder: BM25IndexBuilder) throws {
    do {
      try builder.add(Document(id: entry.id, text: entry.text))
    } catch {
      guard case .repeatedDocument = error else { throw error }
      // The builder does not know where the document stands.
      throw entry.refusal(error.description)
    }
  }

  private func showProgress(_ count: Int, since start: Double) {
    guard !settings.isQuiet, count.isMultiple(of: 256) else { return }
    let rate = Int(Double(count) / max(Terminal.seconds() - start, 1e-3))
    console.progress("\(grouped(count)) documents · \(grouped(rate)) documents/s")
  }

  private func say(_ builder: BM25IndexBuilder, _ reader: TextReader, seconds: Double) {
    guard !settings.isQuiet else { return }
    if reader.replacedBytes > 0 {
      console.note(
        "\(counted(reader.replacedBytes, "byte was", "bytes were")) not UTF-8 and became U+FFFD "
          + "(--strict-utf8 refuses them)")
    }
    if console.isInteractive {
      console.note(
        "\(counted(builder.documentCount, "document", "documents")), \(secondsText(seconds))")
    }
  }
}
