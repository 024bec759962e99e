import T5RankCLI
import Testing

@Suite("Arguments")
struct ParsedArgumentsTests {
  /// A command line, and what it says.
  struct Line: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let subcommand: Subcommand
    let values: [String: [String]]
    let operands: [String]

    init(
      _ arguments: [String], _ values: [String: [String]] = [:], _ operands: [String] = [],
      of subcommand: Subcommand = .rank
    ) {
      self.arguments = arguments
      self.subcommand = subcommand
      self.values = values
      self.operands = operands
    }

    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Test(
    "Options, short and long, flags, groups and operands are told apart",
    arguments: [
      Line([]),
      Line(["rank"]),
      Line(["a", "-", "b"], [:], ["a", "-", "b"]),
      Line(["--mode", "duo", "file"], ["mode": ["duo"]], ["file"]),
      Line(["--mode=mono-duo"], ["mode": ["mono-duo"]]),
      Line(["file", "--top-k", "3"], ["top-k": ["3"]], ["file"]),
      Line(["-k", "3"], ["top-k": ["3"]]),
      Line(["-k3"], ["top-k": ["3"]]),
      Line(["-k=3"], ["top-k": ["3"]]),
      Line(["-qk3", "-oout"], ["quiet": [""], "top-k": ["3"], "output": ["out"]]),
      Line(["-qo", "-"], ["quiet": [""], "output": ["-"]]),
      Line(["--query", "--quiet"], ["query": ["--quiet"]]),
      Line(["--query="], ["query": [""]]),
      Line(["--query=a=b"], ["query": ["a=b"]]),
      Line(["--depth", "-5"], ["depth": ["-5"]]),
      Line(["--prompt", "a", "--prompt", "b"], ["prompt": ["a", "b"]]),
      Line(["--depth", "1", "--depth=2"], ["depth": ["1", "2"]]),
      Line(["--", "--mode", "rank"], [:], ["--mode", "rank"]),
      Line(["-q", "--", "-"], ["quiet": [""]], ["-"]),
      Line(["file", "inspect"], [:], ["file", "inspect"]),
      Line(["inspect", "dir", "--json"], ["json": [""]], ["dir"], of: .inspect),
      Line(["bench", "--repetitions=2"], ["repetitions": ["2"]], of: .bench),
      Line(["help", "bench"], [:], ["bench"], of: .help),
    ])
  func reads(line: Line) throws {
    let parsed = try ParsedArguments(line.arguments)
    #expect(parsed.subcommand == line.subcommand)
    #expect(parsed.values == line.values)
    #expect(parsed.operands == line.operands)
  }

  @Test("The short help is told from the long one")
  func help() throws {
    #expect(try ParsedArguments(["-qh"]).wantsShortHelp)
    #expect(try !ParsedArguments(["--help"]).wantsShortHelp)
  }

  @Test(
    "What cannot be followed is refused, with what was likely meant",
    arguments: [
      (["--mod", "duo"], "unknown option --mod; did you mean --mode?"),
      (["--TOP-K=1"], "unknown option --TOP-K; did you mean --top-k?"),
      (["--frobnicate"], "unknown option --frobnicate; see t5rank --help"),
      (["inspect", "--frobnicate"], "see t5rank inspect --help"),
      (["--marcdown"], "unknown option --marcdown; see t5rank --help"),
      (["-mode", "duo"], "unknown option -mode; did you mean --mode?"),
      (["-depth=1"], "unknown option -depth; did you mean --depth?"),
      (["-z"], "unknown option -z; see t5rank --help"),
      (["-qz"], "unknown option -z"),
      (
        ["--mode", "dou"],
        "--mode: expected one of mono, rank, duo, mono-duo, cross, colbert, found 'dou'; "
          + "did you mean duo?"
      ),
      (["--mode=Duo"], "found 'Duo'; did you mean duo?"),
      (
        ["--mode", ""],
        "--mode: expected one of mono, rank, duo, mono-duo, cross, colbert, found ''"
      ),
      (
        ["--format", "xml"],
        "--format: expected one of table, jsonl, json, trec, msmarco, found 'xml'"
      ),
      (["--mode"], "--mode: expected a value (MODE), found none"),
      (["-k"], "--top-k: expected a value (N), found none"),
      (["--quiet=yes"], "--quiet takes no value"),
      (["inspect", "--mode=duo"], "--mode is no option of inspect, only of rank, bench"),
      (["--repetitions=1"], "--repetitions is no option of rank, only of bench"),
      (["bench", "-k1"], "unknown option -k"),
      (["--=x"], "unknown option --"),
      (["--\u{1B}[2J"], "unknown option --\u{FFFD}[2J"),
      (["--" + String(repeating: "x", count: 500)], String(repeating: "x", count: 80) + "…"),
    ])
  func refuses(arguments: [String], words: String) throws {
    let error = try #require(throws: UsageError.self) { try ParsedArguments(arguments) }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test("No two options of a subcommand share a name")
  func unique() {
    for subcommand in Subcommand.allCases {
      let options = OptionTable.all.filter { $0.subcommands.contains(subcommand) }
      #expect(Set(options.map(\.name)).count == options.count)
      #expect(Set(options.compactMap(\.short)).count == options.compactMap(\.short).count)
    }
  }
}
