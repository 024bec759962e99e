#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// What interrupts do: what is unfinished of the output is removed, and the process ends at once, with
/// 130 for SIGINT and 143 for SIGTERM, whatever its threads are computing.
enum Signals {
  /// The address of the paths that a handler removes; 0 for none.
  ///
  /// Each ends with a zero; an empty one is behind the last. Freed only by whoever takes it out.
  private static let unfinished = Atomic<UInt>(0)
  /// Whether the first interrupt is a request that the work itself answers.
  private static let isAsked = Atomic<Bool>(false)
  /// The interrupt that asked; 0 for none.
  private static let asked = Atomic<Int32>(0)

  static func install() {
    // The first use of a global initialises it, which a handler must not.
    _ = unfinished.load(ordering: .relaxed)
    _ = isAsked.load(ordering: .relaxed)
    _ = asked.load(ordering: .relaxed)
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
        // The second one ends the process as ever.
        if Signals.isAsked.load(ordering: .relaxed),
          Signals.asked.exchange(number, ordering: .relaxed) == 0
        {
          return
        }
        // Only what POSIX allows in a handler: exchange, unlink, rmdir, strlen, _exit.
        if var path = Signals.takeUnfinished() {
          while path.pointee != 0 {
            if unlink(path) != 0 { rmdir(path) }
            path += strlen(path) + 1
          }
        }
        _exit(128 + number)
      }
    }
  }

  /// From now on the first interrupt only asks, as `requested` tells: for work that saves itself first.
  static func letWorkEnd() { isAsked.store(true, ordering: .relaxed) }

  /// The interrupt that asked the work to end; nil if none has.
  static var requested: Int32? {
    let number = asked.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Ends the process as the interrupt that was answered would have.
  static func exitRequested() -> Never { exit(128 + (requested ?? SIGINT)) }

  /// The files that are being written now; a handler does not read it.
  private static let files = Mutex<[String]>([])

  /// Names one more file that an interrupt must remove.
  static func addUnfinished(_ path: String) {
    files.withLock { files in
      files.append(path)
      setUnfinished(files)
    }
  }

  /// It is finished, or removed.
  static func removeUnfinished(_ path: String) {
    files.withLock { files in
      files.removeAll { $0 == path }
      if files.isEmpty { clearUnfinished() } else { setUnfinished(files) }
    }
  }

  /// Names the files, and behind them the directories, that an interrupt must remove.
  static func setUnfinished(_ paths: [String]) {
    let bytes = paths.flatMap(\.utf8CString) + [0]
    guard let copy = malloc(bytes.count) else { return }
    // Inside: as many bytes as were asked for.
    let target = UnsafeMutableRawBufferPointer(start: copy, count: bytes.count)
    bytes.withUnsafeBytes { target.copyMemory(from: $0) }
    // In one step: at no moment do the files lack a name.
    let earlier = unfinished.exchange(
      UInt(bitPattern: copy), ordering: .acquiringAndReleasing)
    free(UnsafeMutableRawPointer(bitPattern: earlier))
  }

  /// They are finished, or removed.
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
