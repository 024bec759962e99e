import RankingCore
import RankingFormats
import Reranking
import Retrieval

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
    try reader.checkFiles()
    let builder = try builder(since: start)
    Signals.setUnfinished(builder.unfinishedPaths)
    defer { Signals.clearUnfinished() }
    while let next = try reader.next() {
      do {
        let entry = try next.get()
        try add(entry, to: builder)
        if case .words = settings.kind, builder.documentCount.isMultiple(of: 256) {
          showProgress(builder.documentCount, since: start)
        }
      } catch let error as FormatError {
        // It concerns this line alone.
        problems.add(error)
      }
    }
    try builder.finish()
    console.eraseProgress()
    problems.finish()
    say(builder, reader, seconds: Terminal.seconds() - start)
    return problems.exitCode
  }

  private func builder(since start: Double) throws -> any IndexBuilder {
    switch settings.kind {
    case .words(let analysis, let parameters):
      let builder = try BM25IndexBuilder(
        path: settings.indexPath, analysis: analysis, parameters: parameters,
        storesTexts: settings.storesTexts)
      return WordIndexBuilder(builder) { terms in
        if !settings.isQuiet { console.progress("merging · \(grouped(terms)) terms") }
      }
    case .embeddings(let path, let options, let storage):
      let path = try ModelPath.directory(of: path)
      if try ModelDirectory.isColBERT(at: path) {
        return try vectorBuilder(path, options, storage, since: start)
      }
      let encoder = try BiEncoder(path: path, options: options)
      if !settings.isQuiet { encoder.notes.forEach(console.note) }
      return try EmbeddingIndexBuilder(
        path: settings.indexPath, encoder: encoder, storage: storage,
        storesTexts: settings.storesTexts
      ) { showProgress($0, since: start) }
    }
  }

  private func vectorBuilder(
    _ path: String, _ encoder: BiEncoderOptions, _ storage: EmbeddingStorage, since start: Double
  ) throws -> any IndexBuilder {
    guard encoder.documentPrompt == nil else {
      throw UsageError(
        "--document-prompt: expected a bi-encoder, found a ColBERT in \(printable(path))")
    }
    var options = RerankerOptions()
    options.maximumTokens = encoder.maximumTokens
    options.specialTokens = encoder.specialTokens
    options.threads = encoder.threads
    return try TokenVectorIndexBuilder(
      path: settings.indexPath, model: ColBERT(ModelDirectory(path: path), options: options),
      storage: storage
    ) { showProgress($0, since: start) }
  }

  private func add(_ entry: TextReader.Entry, to builder: any IndexBuilder) throws {
    do {
      try builder.add(Document(id: entry.id, text: entry.text))
    } catch let error as RetrievalError {
      guard case .repeatedDocument = error else { throw error }
      // The builder does not know where the document stands.
      throw entry.refusal(error.description)
    }
  }

  private func showProgress(_ count: Int, since start: Double) {
    guard !settings.isQuiet else { return }
    let rate = Int(Double(count) / max(Terminal.seconds() - start, 1e-3))
    console.progress("\(grouped(count)) documents · \(grouped(rate)) documents/s")
  }

  private func say(_ builder: any IndexBuilder, _ reader: TextReader, seconds: Double) {
    guard !settings.isQuiet else { return }
    console.noteReplacedBytes(reader.replacedBytes)
    if console.isInteractive {
      console.note(
        "\(counted(builder.documentCount, "document", "documents")), \(secondsText(seconds))")
    }
  }
}
