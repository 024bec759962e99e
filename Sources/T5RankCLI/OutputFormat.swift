/// How rankings are written, in `--format`'s words.
enum OutputFormat: String, Sendable, CaseIterable {
  case table
  case jsonl
  case trec
}
