import RankingCore
import RankingFormats

/// The program `t5rank`: arguments in, an exit status out.
public enum CommandLineTool {
  /// Runs with this process's arguments, and ends the process.
  public static func main() -> Never {
    StandardStreams.fill()
    Signals.install()
    let console = Console()
    let code = run(Array(CommandLine.arguments.dropFirst()), console: console)
    console.eraseProgress()
    Signals.exitProcess(code.rawValue)
  }

  /// Does what the arguments say; errors go to the console, in words.
  package static func run(
    _ arguments: [String], console: Console,
    openModel: @escaping ModelOpener = RankingModel.sharingOpener()
  ) -> ExitCode {
    do {
      return try dispatch(arguments, console, openModel)
    } catch {
      let failure = CommandFailure(error)
      if let message = failure.message { console.error(message) }
      return failure.exitCode
    }
  }

  private static func dispatch(
    _ arguments: [String], _ console: Console, _ openModel: @escaping ModelOpener
  ) throws -> ExitCode {
    let parsed = try ParsedArguments(arguments)
    if parsed.has("help") {
      try console.write(
        HelpText.page(of: parsed.subcommand, isLong: !parsed.wantsShortHelp))
      return .done
    }
    if parsed.has("version") {
      try console.write(Version.text(isJSON: parsed.has("json")))
      return .done
    }
    switch parsed.subcommand {
    case .rank:
      try refuseUnknownSubcommand(parsed, arguments)
      if arguments.isEmpty, Terminal.isTerminal(0) {
        console.usage(HelpText.shortUsage)
        return .arguments
      }
      return try RankCommand(
        settings: RankSettings(parsed), console: console, openModel: openModel
      ).run()
    case .evaluate:
      return try EvaluateCommand(settings: EvaluateSettings(parsed), console: console).run()
    case .inspect:
      return try InspectCommand(settings: InspectSettings(parsed), console: console).run()
    case .bench: return try BenchCommand(settings: BenchSettings(parsed), console: console).run()
    case .index: return try IndexCommand(settings: IndexSettings(parsed), console: console).run()
    case .search:
      return try SearchCommand(
        settings: SearchSettings(parsed), console: console, openModel: openModel
      ).run()
    case .mine:
      return try MineCommand(
        settings: MineSettings(parsed), console: console, openModel: openModel
      ).run()
    case .train: return try TrainCommand(settings: TrainSettings(parsed), console: console).run()
    case .convert:
      return try ConvertCommand(settings: ConvertSettings(parsed), console: console).run()
    case .fetch: return try FetchCommand(settings: FetchSettings(parsed), console: console).run()
    case .help: return try help(parsed, console)
    }
  }

  /// Tells a mistyped subcommand from a file: only what is no file can be one.
  private static func refuseUnknownSubcommand(
    _ parsed: ParsedArguments, _ arguments: [String]
  ) throws(UsageError) {
    guard let word = parsed.operands.first, arguments.first != Subcommand.rank.rawValue,
      !InputFiles.exists(word)
    else { return }
    if let subcommand = Subcommand(rawValue: word) {
      throw UsageError("expected a file, found '\(subcommand.rawValue)'; subcommands come first")
    }
    let names = Subcommand.allCases.map(\.rawValue)
    if word == arguments.first, nearestName(to: word, in: names) != nil {
      throw unknownSubcommand(word)
    }
  }

  private static func help(_ parsed: ParsedArguments, _ console: Console) throws -> ExitCode {
    guard parsed.operands.count <= 1 else {
      throw UsageError("help: expected one subcommand, found \(parsed.operands.count)")
    }
    if parsed.has("markdown") {
      try console.write(HelpText.markdownTable())
      return .done
    }
    let name = parsed.operands.first ?? Subcommand.rank.rawValue
    guard let subcommand = Subcommand(rawValue: name) else { throw unknownSubcommand(name) }
    try console.write(HelpText.page(of: subcommand, isLong: true))
    return .done
  }
}
