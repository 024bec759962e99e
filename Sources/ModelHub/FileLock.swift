#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that only one process holds at a time, as huggingface_hub's downloads do.
enum FileLock {
  /// Does what must not happen twice at a time, for all processes that name the same file.
  ///
  /// - Parameter waiting: Called first, if another process holds the file.
  static func holding<Result>(
    _ path: String, waiting: () -> Void, _ body: () throws -> Result
  ) throws -> Result {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw unwritable(path) }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EWOULDBLOCK { waiting() }
      // Some network file systems know no locks: the renames keep files whole there too.
      while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }
    return try body()
  }
}
