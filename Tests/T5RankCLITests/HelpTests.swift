import Foundation
import Support
import T5RankCLI
import Testing

/// The pages as they were last looked at, in `Tests/Fixtures/help`.
///
/// After a wanted change write them anew with `T5RANK_WRITE_HELP=1 scripts/test --filter HelpTests`,
/// and read the difference.
@Suite("Help")
struct HelpTests {
  private static let isWriting = ProcessInfo.processInfo.environment["T5RANK_WRITE_HELP"] != nil

  private func compare(_ text: String, with name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/help/\(name)")
    if Self.isWriting { try Data(text.utf8).write(to: file) }
    let known = try String(contentsOf: file, encoding: .utf8)
    let pairs = zip(text.split(separator: "\n"), known.split(separator: "\n"))
    let different = pairs.first { $0 != $1 }
    #expect(text == known, "first different line: \(different.map { "\($0) ≠ \($1)" } ?? "none")")
  }

  @Test("Pages say what they said when they were last looked at", arguments: Subcommand.allCases)
  func pages(of subcommand: Subcommand) throws {
    try compare(
      HelpText.page(of: subcommand, isLong: false), with: "\(subcommand.rawValue)-short.txt")
    try compare(
      HelpText.page(of: subcommand, isLong: true), with: "\(subcommand.rawValue)-long.txt")
  }

  @Test("So do the table for the README, and the usage in few words")
  func table() throws {
    try compare(HelpText.markdownTable(), with: "options.md")
    try compare(HelpText.shortUsage, with: "usage.txt")
  }

  @Test("Every option is on the pages of its subcommands, on no others, and in the table")
  func complete() {
    for option in OptionTable.all where option.name != "markdown" {
      // A name may mean one thing in one subcommand, and another in another.
      let owners = OptionTable.all.filter { $0.name == option.name }.flatMap(\.subcommands)
      for subcommand in Subcommand.allCases {
        for isLong in [false, true] {
          let lines = HelpText.page(of: subcommand, isLong: isLong).split(separator: "\n")
          let heads = lines.filter { line in
            (line.hasPrefix("  -") || line.hasPrefix("      --"))
              && line.split(separator: " ").prefix(2).contains("--\(option.name)")
          }
          #expect(
            heads.count == (owners.contains(subcommand) ? 1 : 0), "\(option.name)")
        }
      }
      #expect(HelpText.markdownTable().contains("`--\(option.name)"))
    }
  }

  @Test(
    "No line is wider than 80 columns, and none ends in a space", arguments: Subcommand.allCases)
  func width(of subcommand: Subcommand) {
    for isLong in [false, true] {
      for line in HelpText.page(of: subcommand, isLong: isLong).split(separator: "\n") {
        #expect(line.count <= 80 && line.last != " ", "\(line)")
      }
    }
  }

  @Test("Every row of the table has three cells")
  func cells() {
    for row in HelpText.markdownTable().split(separator: "\n") {
      let bars = zip(" " + row, row).filter { $0 != "\\" && $1 == "|" }.count
      #expect(bars == 4, "\(row)")
    }
  }

  @Test(
    "Help and version go to standard output",
    arguments: [
      (["--help"], "rank", true), (["-h"], "rank", false), (["rank", "--help"], "rank", true),
      (["help"], "rank", true), (["help", "rank"], "rank", true),
      (["bench", "-h"], "bench", false),
      (["help", "inspect"], "inspect", true), (["help", "--help"], "help", true),
      (["--mode", "duo", "nonsense", "--help"], "rank", true),
    ])
  func commands(arguments: [String], name: String, isLong: Bool) throws {
    let subcommand = try #require(Subcommand(rawValue: name))
    try TemporaryFolder.use { folder in
      let run = try ToolRun(arguments, in: folder)
      #expect(run.code == .done && run.errors.isEmpty)
      #expect(run.output == HelpText.page(of: subcommand, isLong: isLong))
    }
  }

  @Test("The table and the version are written on demand")
  func others() throws {
    try TemporaryFolder.use { folder in
      #expect(try ToolRun(["help", "--markdown"], in: folder).output == HelpText.markdownTable())
      let version = try ToolRun(["--version"], in: folder).output
      #expect(version.hasPrefix("t5rank "))
      let number = version.dropFirst(7).dropLast()
      #expect(
        try ToolRun(["--version", "--json"], in: folder).output
          == #"{"name":"t5rank","version":"\#(number)"}"# + "\n")
    }
  }
}
