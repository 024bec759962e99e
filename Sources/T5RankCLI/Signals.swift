#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// What interrupts do: the unfinished output file is removed, and the process ends at once, with
/// 130 for SIGINT and 143 for SIGTERM, whatever its threads are computing.
enum Signals {
  /// The address of the path that a handler removes, 0 for none; freed only by whoever takes it out.
  private static let unfinished = Atomic<UInt>(0)

  static func install() {
    // The first use of a global initialises it, which a handler must not.
    _ = unfinished.load(ordering: .relaxed)
    signal(SIGPIPE, SIG_IGN)
    // A parent that starts us from a worker thread may hand down a mask that blocks them.
    var endings = sigset_t()
    sigemptyset(&endings)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&endings, number) }
    pthread_sigmask(SIG_UNBLOCK, &endings, nil)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // Whoever ignores a signal for us (nohup) means it.
      var action = sigaction()
      guard sigaction(number, nil, &action) == 0, !isIgnored(action) else { continue }
      signal(number) { number in
        // Only what POSIX allows in a handler: exchange, unlink, write, _exit.
        if let path = Signals.takeUnfinished() { unlink(path) }
        _exit(128 + number)
      }
    }
  }

  /// Names the file that an interrupt must remove.
  static func setUnfinished(_ path: String) {
    clearUnfinished()
    unfinished.store(UInt(bitPattern: strdup(path)), ordering: .releasing)
  }

  /// The file is finished, or removed.
  static func clearUnfinished() {
    if let path = takeUnfinished() { free(path) }
  }

  private static func takeUnfinished() -> UnsafeMutablePointer<CChar>? {
    UnsafeMutablePointer(bitPattern: unfinished.exchange(0, ordering: .acquiringAndReleasing))
  }

  /// Ends the process.
  static func exitProcess(_ code: Int32) -> Never { exit(code) }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Glibc)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
