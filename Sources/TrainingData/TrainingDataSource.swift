public import RankingFormats

/// Where examples come from: one of the forms in which people keep training data.
public enum TrainingDataSource: Sendable, Hashable {
  /// Examples in JSON Lines, or, if the name ends in `.tsv` or `.tsv.gz`, MS MARCO's triples of texts.
  case examples(path: String)
  /// MS MARCO's triples of identifiers.
  case triples(path: String, queries: String, collection: String)
  /// Judgements, and a run whose documents that are not relevant are the negatives.
  case judgements(qrels: String, run: String?, queries: String, corpus: [String])

  /// Every file, in the order of its name here.
  public var paths: [String] {
    switch self {
    case .examples(let path): [path]
    case .triples(let path, let queries, let collection): [path, queries, collection]
    case .judgements(let qrels, let run, let queries, let corpus):
      [qrels] + (run.map { [$0] } ?? []) + [queries] + corpus
    }
  }

  /// Opens it.
  ///
  /// - Parameter report: Called for each line of queries and documents that cannot be read.
  public func open(report: (FormatError) -> Void) throws(FormatError) -> any TrainingSource {
    switch self {
    case .examples(let path):
      if path.hasSuffix(".tsv") || path.hasSuffix(".tsv.gz") {
        return TripleSource(try TripleReader(path: path))
      }
      return TrainingReader(paths: [path])
    case .triples(let path, let queries, let collection):
      return TripleSource(
        try TripleReader(path: path, queries: queries, collection: collection, report: report))
    case .judgements(let qrels, let run, let queries, let corpus):
      return try JudgedRunReader(
        qrels: qrels, run: run, queries: queries, corpus: corpus, report: report)
    }
  }
}
