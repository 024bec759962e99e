extension OptionTable {
  /// Where scores are remembered.
  static let cache: [CommandOption] = [
    CommandOption(
      name: "cache", placeholder: "FILE", subcommands: [.rank, .search],
      summary: "remember scores in this file, and do not compute them again",
      details: """
        Scores are the same as without it, to the last bit: a score is remembered for the model's \
        files, the prompt, the limits, the kernels and the texts. Several processes may use the file \
        at once. A damaged one is set aside, and anything that is no score cache is refused. Beside \
        it stands FILE-lock. In search it is for --stages.
        """),
    CommandOption(
      name: "cache-size", placeholder: "MB", subcommands: [.rank, .search],
      summary: "what the cache may grow to (default: \(CacheSettings.usualMegabytes))",
      details: "In megabytes; the least recently used scores go first."),
  ]
}
