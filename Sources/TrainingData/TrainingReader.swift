public import RankingFormats

/// Training examples of JSON Lines files: whole ones, pairs, or judged rows.
///
/// A line is one of these; members under other keys are ignored, and gzip data are expanded:
///
/// - `{"query": "…", "positive": "…", "negatives": ["…"], "scores": [positive's, negatives'…]}`, where
///   `positive` may be an array, and negatives and scores may be missing; also under
///   sentence-transformers' keys (`anchor`, `positive`, `negative`, `negative_1` …), FlagEmbedding's
///   (`query`, `pos`, `neg`, `pos_scores`, `neg_scores`) and as pairs `{"q": "…", "d": "…"}`;
/// - `{"query": "…", "document": "…", "label": 1}`, rows that are gathered by their queries, and come
///   behind all others.
///
/// Whole examples are read one at a time; judged rows stay in memory until the end.
public struct TrainingReader: TrainingSource {
  private var lines: JSONLinesReader
  private var judged = JudgedRows()

  /// Reads files in order; `-` is standard input.
  public init(paths: [String], invalidUTF8: InvalidUTF8 = .replace) {
    lines = JSONLinesReader(paths: paths, invalidUTF8: invalidUTF8)
  }

  /// Bytes that were not UTF-8 and became U+FFFD so far.
  public var replacedBytes: Int { lines.replacedBytes }

  /// The next example, or why it is refused; nil at the end.
  public mutating func next() throws(FormatError) -> Result<TrainingExample, FormatError>? {
    while let line = try lines.next() {
      let entry: JSONLinesReader.Entry
      switch line {
      case .success(let good): entry = good
      case .failure(let error): return .failure(error)
      }
      do throws(FormatError) {
        switch try TrainingRow(entry) {
        case .example(let example): return .success(example)
        case .judged(let query, let passage):
          judged.add(passage, for: query, path: entry.path, line: entry.line)
        }
      } catch {
        return .failure(error)
      }
    }
    return judged.next()
  }
}
