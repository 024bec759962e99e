import RankingFormats
import TrainingData

/// Reads what `t5rank mine` looks for negatives for, and among.
struct MiningInput {
  let settings: MineSettings
  let console: Console

  /// - Throws: What keeps all from being read; single lines are among the problems.
  func pool(_ problems: inout ProblemReport) throws -> MiningPool {
    var corpus = TextReader(
      paths: settings.corpusPaths, content: .documents, invalidUTF8: settings.invalidUTF8)
    try corpus.checkFiles()
    var pool = MiningPool()
    var replacedBytes = 0
    switch settings.input {
    case .examples(let paths):
      try InputFiles.check(paths)
      var reader = TrainingReader(paths: paths, invalidUTF8: settings.invalidUTF8)
      try add(&reader, to: &pool, &problems)
      replacedBytes = reader.replacedBytes
    case .judgements(let qrels, let run, let queries):
      try checkCorpusIsReadTwice()
      // Its lines that cannot be read are said when the corpus is read below.
      var reader = try JudgedRunReader(
        qrels: qrels, run: run, queries: queries, corpus: settings.corpusPaths,
        depth: depth, invalidUTF8: settings.invalidUTF8
      ) { if !isOfCorpus($0) { problems.add($0) } }
      try add(&reader, to: &pool, &problems)
      replacedBytes = reader.replacedBytes
    }
    while let next = try corpus.next() {
      switch next {
      case .success(let entry): pool.add(passage: entry.text)
      case .failure(let error): problems.add(error)
      }
    }
    if !settings.isQuiet { console.noteReplacedBytes(replacedBytes + corpus.replacedBytes) }
    return pool
  }

  private func add(
    _ source: inout some TrainingSource, to pool: inout MiningPool,
    _ problems: inout ProblemReport
  ) throws {
    while let next = try source.next() {
      switch next {
      case .success(let example): pool.add(example)
      case .failure(let error): problems.add(error)
      }
    }
  }

  /// What comes through a pipe would be gone when the corpus is read for the pool.
  private func checkCorpusIsReadTwice() throws(UsageError) {
    for path in settings.corpusPaths where !InputFiles.areRegular([BEIRFolder.corpus(at: path)]) {
      throw UsageError(
        "--corpus: expected a file, as --qrels reads it twice, found a pipe or a device "
          + "('\(printable(path))')")
    }
  }

  private func isOfCorpus(_ error: FormatError) -> Bool {
    settings.corpusPaths.contains { error.path == BEIRFolder.corpus(at: $0) }
  }

  /// Documents of a run that are of use: those that are taken, and as many again for what is left out.
  private var depth: Int {
    max(
      settings.options.ranks.upperBound,
      2 * (settings.options.negatives.first { $0.kind == .given }?.count ?? 0))
  }
}
