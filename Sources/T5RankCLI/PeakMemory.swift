#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The most memory that this process has held at once.
enum PeakMemory {
  /// Resident bytes, at the peak since the start or since `reset`; nil where nobody can tell.
  static func bytes() -> Int? {
    #if os(Linux)
      // Not getrusage: its peak survives exec, and so may be that of the parent process.
      guard let status = text(of: "/proc/self/status") else { return nil }
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      return kibibytes.flatMap { Int($0) }.map { $0 * 1024 }
    #else
      var usage = rusage()
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
      return usage.ru_maxrss
    #endif
  }

  /// Forgets the peak so far, where the system allows it.
  static func reset() {
    #if os(Linux)
      guard let file = fopen("/proc/self/clear_refs", "w") else { return }
      defer { fclose(file) }
      // Source: proc(5), "5: reset the peak resident set size".
      fputs("5", file)
    #endif
  }

  private static func text(of path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
