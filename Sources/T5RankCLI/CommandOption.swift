/// One option of the command line: what the parser, the help and the README's table all come from.
package struct CommandOption: Sendable {
  /// Without dashes: `top-k`.
  package let name: String
  /// Without its dash: `k`.
  package var short: Character?
  /// What the value is called in help; nil for a flag.
  var placeholder: String?
  /// The values allowed; empty if any is.
  package var choices: [String] = []
  /// Whether each use counts; otherwise the last one does.
  var isRepeatable = false
  /// The subcommands that take it.
  package let subcommands: [Subcommand]
  /// One line, lower case, no full stop.
  package let summary: String
  /// Sentences that the long help adds.
  var details: String = ""
  /// Left out of help and of the table.
  var isHidden = false

  /// `-k, --top-k N`.
  var synopsis: String {
    let names = short.map { "-\($0), --\(name)" } ?? "--\(name)"
    return placeholder.map { "\(names) \($0)" } ?? names
  }
}
