#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a descriptor is connected to.
enum Terminal {
  static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal behind a descriptor; nil if there is none.
  static func width(_ descriptor: CInt) -> Int? {
    guard isTerminal(descriptor) else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Whether a line may be rewritten in place.
  static func canRewrite(_ descriptor: CInt) -> Bool {
    guard isTerminal(descriptor) else { return false }
    guard let name = getenv("TERM") else { return false }
    return String(cString: name) != "dumb"
  }

  /// Seconds from some fixed moment.
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
