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
    say(replacedBytes + corpus.replacedBytes)
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

  private func isOfCorpus(_ error: FormatError) -> Bool {
    settings.corpusPaths.contains { error.path == $0 || error.path == "\($0)/corpus.jsonl" }
  }

  /// Documents of a run that are of use: those that are taken, and as many again for what is left out.
  private var depth: Int {
    max(
      settings.options.ranks.upperBound,
      2 * (settings.options.negatives.first { $0.kind == .given }?.count ?? 0))
  }

  private func say(_ replacedBytes: Int) {
    guard replacedBytes > 0, !settings.isQuiet else { return }
    console.note(
      "\(counted(replacedBytes, "byte was", "bytes were")) not UTF-8 and became U+FFFD "
        + "(--strict-utf8 refuses them)")
  }
}
