import Checkpoints

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a score cache stands: tells whose a file is, and sets a damaged one aside.
///
/// Beside the file stands another, `FILE-lock`. Every process that uses the cache has it locked with
/// others; who sets the cache aside needs it alone, so that nobody writes to a file under a name that
/// has become another's. That file also says that a cache was made here: a file without a readable
/// first page beside it is a damaged cache, and not somebody's text.
struct CacheFile: ~Copyable {
  /// Whose a file is, by its first bytes.
  enum Owner {
    /// No file, or an empty one.
    case nobody
    case cache
    case damagedCache
    case other(String)
  }

  let path: String
  private let lock: CInt

  /// Waits for whoever sets the cache aside at the moment.
  ///
  /// - Throws: `ScoreStoreError` for a path where something else stands: it is not touched.
  init(path: String) throws(ScoreStoreError) {
    lock = try Self.opened(path)
    self.path = path
    flock(lock, LOCK_SH)
  }

  private static func opened(_ path: String) throws(ScoreStoreError) -> CInt {
    if case .other(let found) = try owner(of: path) {
      throw .notACache(path: path, found: found)
    }
    let lock = open(lockPath(path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard lock >= 0 else { throw .unusable(path: path, reason: systemReason()) }
    return lock
  }

  deinit { close(lock) }

  private static func lockPath(_ path: String) -> String { path + "-lock" }
  private static func systemReason() -> String { String(cString: strerror(errno)) }

  // MARK: Whose a file is

  /// As SQLite's file format has it: what a file begins with, and where the application's sign is.
  private static let magic = Array("SQLite format 3\0".utf8)
  private static let signOffset = 68
  private static let headerSize = 100

  private static func owner(of path: String) throws(ScoreStoreError) -> Owner {
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { return .nobody }
      throw .unusable(path: path, reason: systemReason())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .other(status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "no regular file")
    }
    if status.st_size == 0 { return .nobody }
    guard let header = try OpenFiles.opening(of: path, count: headerSize) else { return .cache }
    let sign = header.dropFirst(signOffset).prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    let isDatabase = header.starts(with: magic)
    if header.count == headerSize, sign == ScoreTable.applicationID {
      return isDatabase ? .cache : .damagedCache
    }
    if isDatabase, header.count == headerSize { return .other("a database of another program") }
    let madeHere = FileIdentity(path: lockPath(path)) != nil
    return madeHere ? .damagedCache : .other("a file of another kind")
  }

  /// Whether the file's first bytes are those of a score cache, or there is none yet.
  func isSound() throws(ScoreStoreError) -> Bool {
    switch try Self.owner(of: path) {
    case .nobody, .cache: return true
    case .damagedCache: return false
    case .other(let found): throw .notACache(path: path, found: found)
    }
  }

  // MARK: Setting aside

  /// Renames the file, so that a new one can begin under its name.
  ///
  /// - Parameter damaged: The file that was found damaged; another one in its place stays.
  /// - Returns: The new name; nil if another process has set it aside already.
  /// - Throws: `ScoreStoreError.unusable` while another process uses the file, or if it cannot be
  ///   renamed.
  /// - Precondition: This process has no connection to the file.
  func setAside(_ damaged: OpenFiles.Place?) throws(ScoreStoreError) -> String? {
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      flock(lock, LOCK_SH)
      throw .unusable(path: path, reason: "damage, while another process uses the file")
    }
    defer { flock(lock, LOCK_SH) }
    guard let damaged, OpenFiles.Place(path: path) == damaged else { return nil }
    for number in 1...999 {
      let name = "\(path).corrupt-\(number)"
      var status = stat()
      guard lstat(name, &status) != 0 else { continue }
      // Its log first: a log that stays would be taken for the new file's.
      rename(path + "-wal", name + "-wal")
      rename(path + "-journal", name + "-journal")
      unlink(path + "-shm")
      guard rename(path, name) == 0 else { break }
      return name
    }
    throw .unusable(path: path, reason: "damage, and no name to set it aside under")
  }
}
