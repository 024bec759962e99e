import Checkpoints
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files that this process has open as caches.
///
/// Closing any descriptor of a file gives up all locks that the process holds on it, SQLite's own, too
/// (POSIX): a file that is in use must not be opened a second time only to look at it.
enum OpenFiles {
  /// A file, under whatever name.
  struct Place: Hashable {
    let device, number: Int

    /// nil where no regular file stands.
    init?(path: String) {
      guard let identity = FileIdentity(path: path) else { return nil }
      device = identity.device
      number = identity.number
    }
  }

  private static let counts = Mutex<[Place: Int]>([:])

  /// Opens a connection to the file at a path, and notes the file.
  static func connect<Connection: Sendable>(
    _ path: String, _ open: () throws -> Connection
  ) throws -> (connection: Connection, place: Place?) {
    // Under the lock, so that nobody looks at the file in between.
    try counts.withLock { counts in
      let connection = try open()
      // Only now is there a file in any case.
      let place = Place(path: path)
      if let place { counts[place, default: 0] += 1 }
      return (connection, place)
    }
  }

  /// Notes that one connection has been closed.
  static func remove(_ place: Place) {
    counts.withLock { counts in
      guard let count = counts[place] else { return }
      counts[place] = count > 1 ? count - 1 : nil
    }
  }

  /// The first bytes of a file; nil if this process uses it as a cache.
  static func opening(of path: String, count: Int) throws(ScoreStoreError) -> [UInt8]? {
    try counts.withLock { counts throws(ScoreStoreError) in
      if let place = Place(path: path), counts[place] != nil { return nil }
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else {
        throw .unusable(path: path, reason: String(cString: strerror(errno)))
      }
      defer { close(descriptor) }
      var bytes = [UInt8](repeating: 0, count: count)
      let found = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
      guard found >= 0 else {
        throw .unusable(path: path, reason: String(cString: strerror(errno)))
      }
      return Array(bytes.prefix(found))
    }
  }
}
