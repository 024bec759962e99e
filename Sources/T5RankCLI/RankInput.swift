import RankingFormats
import Reranking

/// The requests of a run, opened.
struct RankInput {
  let source: any RequestSource
  private let settings: RankSettings
  private let runCounts: [Int]?

  /// Opens the input; files that are missing are named before a model is read.
  ///
  /// - Parameter report: Called for each line of a run, of queries or of a corpus that is skipped.
  init(_ settings: RankSettings, report: (FormatError) -> Void) throws(FormatError) {
    self.settings = settings
    try InputFiles.check(settings.inputPaths)
    switch settings.input {
    case .passages(let query, let paths):
      source = PassageReader(query: query, paths: paths, invalidUTF8: settings.invalidUTF8)
      runCounts = nil
    case .requests(let paths):
      source = RequestReader(paths: paths, invalidUTF8: settings.invalidUTF8)
      runCounts = nil
    case .run(let run, let queries, let corpus):
      let reader = try RunReader(
        run: run, queries: queries, corpus: corpus, invalidUTF8: settings.invalidUTF8,
        report: report)
      source = reader
      runCounts = reader.candidateCounts
    }
  }

  /// How many queries there are, where that is known before the end.
  var queryCount: Int? {
    if case .passages = settings.input { return 1 }
    return runCounts?.count
  }

  /// How many candidates each query has; empty for streams, which can be read only once.
  func candidateCounts() throws(FormatError) -> [Int] {
    if let runCounts { return runCounts }
    guard InputFiles.areRegular(settings.inputPaths) else { return [] }
    var reader: any RequestSource = again
    var counts: [Int] = []
    while let next = try reader.next() {
      if case .success(let request) = next { counts.append(request.documents.count) }
    }
    return counts
  }

  /// Seconds for one forward pass, from a small trial with the first query; nil if that fails.
  func trialSecondsPerPass(_ model: RankingModel) -> Double? {
    let trialSize = 4
    guard runCounts != nil || InputFiles.areRegular(settings.inputPaths) else { return nil }
    var reader: any RequestSource = runCounts == nil ? again : source
    guard case .success(let request)? = try? reader.next() else { return nil }
    let start = Terminal.seconds()
    let result = try? model.reranker.rerank(
      Array(request.documents.prefix(trialSize)), for: request.query, progress: nil)
    guard let passes = result?.statistics.forwardPasses, passes > 0 else { return nil }
    return (Terminal.seconds() - start) / Double(passes)
  }

  /// The same files from their start.
  private var again: any RequestSource {
    if case .passages(let query, let paths) = settings.input {
      return PassageReader(query: query, paths: paths, invalidUTF8: settings.invalidUTF8)
    }
    return RequestReader(paths: settings.inputPaths, invalidUTF8: settings.invalidUTF8)
  }
}
