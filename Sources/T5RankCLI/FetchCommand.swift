#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import ModelHub

/// Downloads a model, and writes the path of its directory.
struct FetchCommand {
  let settings: FetchSettings
  let console: Console

  func run() throws -> ExitCode {
    let environment = try HubEnvironment(HubEnvironment.variables)
    let start = Terminal.seconds()
    let isQuiet = settings.isQuiet
    let fetcher = ModelFetcher(
      settings.repository, environment: environment,
      retries: Retries { usleep(UInt32(clamping: Int($0 * 1e6))) },
      progress: { [console] state in
        guard !isQuiet else { return }
        console.progress(Self.line(state, seconds: Terminal.seconds() - start))
      },
      note: { [console] in if !isQuiet { console.note($0) } })
    let path = try fetcher.fetch(settings.revision, isVerifying: settings.isVerifying)
    console.eraseProgress()
    try console.write(path + "\n")
    return .done
  }

  /// `file 3/7 model.safetensors · 120/242 MB · 31.5 MB/s · 4 s left`.
  private static func line(_ state: FetchProgress, seconds: Double) -> String {
    let rate = Double(state.newBytes) / max(seconds, 1e-3)
    let left = rate > 0 ? Double(state.totalBytes - state.bytes) / rate : 0
    return "file \(state.number)/\(state.count) \(printable(state.path)) · "
      + "\(megabytes(state.bytes))/\(megabytes(state.totalBytes)) MB · "
      + "\(tenths(rate / 1e6)) MB/s · \(secondsText(left)) left"
  }

  private static func megabytes(_ bytes: Int) -> String { grouped((bytes + 500_000) / 1_000_000) }

  private static func tenths(_ number: Double) -> String {
    let tenths = Int(exactly: (number * 10).rounded()) ?? 0
    return "\(tenths / 10).\(tenths % 10)"
  }
}
