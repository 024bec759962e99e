/// How rankings are written, in `--format`'s words.
enum OutputFormat: String, Sendable, CaseIterable {
  case table
  case jsonl
  case json
  case trec
  case msmarco

  /// Whether the documents' texts are written, too.
  var hasTexts: Bool { self != .trec && self != .msmarco }
}
