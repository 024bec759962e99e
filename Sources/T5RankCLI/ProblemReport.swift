import RankingFormats

/// Errors on single queries and lines: said as they come, counted, and all in one exit status.
struct ProblemReport {
  private let console: Console
  private var count = 0
  private(set) var exitCode = ExitCode.done

  /// More would only hide the first ones.
  private static let mostSaid = 20

  init(_ console: Console) {
    self.console = console
  }

  var isEmpty: Bool { count == 0 }

  mutating func add(_ error: FormatError) {
    let failure = CommandFailure(error)
    exitCode = max(exitCode, failure.exitCode)
    count += 1
    if count <= Self.mostSaid, let message = failure.message { console.error(message) }
  }

  /// Says how many errors were not said.
  func finish() {
    guard count > Self.mostSaid else { return }
    console.error("\(counted(count - Self.mostSaid, "more error", "more errors")) like these")
  }
}
