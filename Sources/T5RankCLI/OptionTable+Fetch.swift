import ModelHub

/// The options of `t5rank fetch`.
extension OptionTable {
  static let fetching: [CommandOption] = [
    CommandOption(
      name: "revision", placeholder: "NAME", subcommands: [.fetch],
      summary: "a branch, a tag or a commit (default: \(Revision.main))",
      details: "--model OWNER/NAME finds \(Revision.main); others by the directory that is written."
    ),
    CommandOption(
      name: "verify", subcommands: [.fetch],
      summary: "hash the files that are there already, not only measure them"),
    CommandOption(
      name: "quiet", short: "q", subcommands: [.fetch],
      summary: "no progress and no notes; only errors"),
  ]
}
