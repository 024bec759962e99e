extension OptionTable {
  /// Why a ranking is as it is.
  static let explanation: [CommandOption] = [
    CommandOption(
      name: "explain", placeholder: "FILE", subcommands: [.rank, .search],
      summary: "write a page (HTML) that shows why; - for the terminal",
      details: """
        For the best documents of each query (the first \(ExplanationWriter.mostQueries) queries): what each \
        stage said; the words that mattered, by how much the score falls without each; RankT5's \
        ratings; duo's preferences among them. The page needs nothing else. With search it needs \
        --stages. - writes to standard output, behind each table (or alone, with --output).
        """),
    CommandOption(
      name: "explain-top", placeholder: "N", subcommands: [.rank, .search],
      summary: "how many documents --explain explains (default: \(ExplainSettings.usualDocuments))"),
    CommandOption(
      name: "explain-words", placeholder: "N", subcommands: [.rank, .search],
      summary: "the most words of a text to leave out (default: \(ExplainSettings.usualWords))",
      details: """
        Each takes one more pass through the model for each document (two with duo alone). Of a \
        longer text, phrases of neighbouring words are left out.
        """),
  ]
}
