#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the system says of a regular file: as long as it is the same, so is the content.
package struct FileIdentity: Sendable, Hashable {
  /// Which file it is: its device and its number there.
  package let device, number: Int
  package let byteCount: Int
  /// When the content was last changed, and when anything was, in nanoseconds since 1970.
  package let modified, changed: Int

  /// Asks the system about a path, symbolic links followed; nil where no regular file stands.
  package init?(path: String) {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let number = Int(exactly: status.st_ino)
    else { return nil }
    device = Int(truncatingIfNeeded: status.st_dev)
    self.number = number
    byteCount = Int(status.st_size)
    #if canImport(Glibc)
      modified = nanoseconds(status.st_mtim)
      changed = nanoseconds(status.st_ctim)
    #else
      modified = nanoseconds(status.st_mtimespec)
      changed = nanoseconds(status.st_ctimespec)
    #endif
  }

  /// Whether the last change is so long ago that another one must show in the times.
  ///
  /// Clocks of file systems tick up to two seconds apart (FAT).
  package var isSettled: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return nanoseconds(now) &- max(modified, changed) > 2_000_000_000
  }
}

private func nanoseconds(_ time: timespec) -> Int {
  Int(time.tv_sec) &* 1_000_000_000 &+ Int(time.tv_nsec)
}
