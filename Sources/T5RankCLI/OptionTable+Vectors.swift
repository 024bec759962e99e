extension OptionTable {
  /// Where documents' token vectors are kept.
  static let vectors: [CommandOption] = [
    CommandOption(
      name: "vectors", placeholder: "DIR", subcommands: [.rank, .search],
      summary: "take documents' token vectors from here, for mode colbert",
      details: """
        What t5rank index --encoder makes of a ColBERT. Only the query goes through the model then. A \
        document is found by its identifier; where it is not there, or its text is another, its vectors \
        are computed, and their number is reported. Vectors of another model are refused. Scores are \
        the same as without it, to the last bit; from vectors stored as F16 those of rounded vectors.
        """)
  ]
}
