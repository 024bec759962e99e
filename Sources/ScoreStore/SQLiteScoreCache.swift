public import Reranking
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A score cache in a file, which several processes may use at once and which outlives them all.
///
/// Its scores are right or missing, whatever happens to the file: each carries a checksum. A cache
/// that SQLite finds damaged is renamed to `FILE.corrupt-N`, and a fresh one begun. Beside `FILE` stand
/// `FILE-lock`, and SQLite's `FILE-wal` and `FILE-shm` while it is in use. Not for network file
/// systems, whose locks SQLite cannot trust.
///
/// A class because it owns the connection, which all its users share.
public final class SQLiteScoreCache: ScoreCache, Sendable {
  /// The size that a file may grow to unless its user says otherwise: 1 GB.
  public static let usualByteLimit = 1_000_000_000

  private struct State {
    var table: OpenTable?
    var isReadOnly = false
    var hasWarned = false
    var damages = 0
    // What has been stored since the size was last looked at; nil: it never was.
    var bytesStored: Int?
  }

  private struct OpenTable {
    let table: ScoreTable
    let connection: SQLiteConnection
    let place: OpenFiles.Place?

    func close() {
      connection.close()
      if let place { OpenFiles.remove(place) }
    }
  }

  private let file: CacheFile
  private let byteLimit: Int
  private let warn: @Sendable (String) -> Void
  private let clock: @Sendable () -> Int
  private let state = Mutex(State())

  /// Opens a cache, or begins one where there is no file.
  ///
  /// - Parameters:
  ///   - path: The file; its folder must be there.
  ///   - byteLimit: About the size that the file may grow to: the least recently used scores go first.
  ///     At least 64 KiB are used.
  ///   - warn: Called with a sentence when a damaged file was set aside, or when the file cannot be
  ///     used any longer. Ranking goes on.
  /// - Throws: `ScoreStoreError`: `notACache` where anything else stands at the path, which is not
  ///   touched; `unusable` for a file that cannot be opened or made.
  public convenience init(
    path: String, byteLimit: Int = usualByteLimit,
    warn: @Sendable @escaping (String) -> Void = { _ in }
  ) throws(ScoreStoreError) {
    try self.init(path: path, byteLimit: byteLimit, warn: warn) { time(nil) }
  }

  /// - Parameter clock: The time in seconds.
  package init(
    path: String, byteLimit: Int, warn: @Sendable @escaping (String) -> Void,
    clock: @Sendable @escaping () -> Int
  ) throws(ScoreStoreError) {
    // SQLite has names of its own that are no paths, such as ":memory:".
    let isPlain = path.hasPrefix("/") || !path.contains(":")
    file = try CacheFile(path: isPlain ? path : "./" + path)
    self.byteLimit = max(byteLimit, 1 << 16)
    self.warn = warn
    self.clock = clock
    let opened = try open()
    state.withLock { $0.table = opened }
  }

  deinit {
    // Before the lock on the file goes.
    state.withLock { $0.table?.close() }
  }

  /// The values stored under some keys; see `ScoreCache`.
  public func values(for keys: [ScoreKey]) -> [[UInt8]?] {
    let nothing = [[UInt8]?](repeating: nil, count: keys.count)
    guard !keys.isEmpty else { return nothing }
    return state.withLock { state in
      guard let table = state.table?.table else { return nothing }
      do throws(SQLiteFailure) {
        return try table.values(for: keys, at: Int64(clock()), refreshing: Self.refreshAge)
      } catch {
        handle(error, &state, whileWriting: false)
        return nothing
      }
    }
  }

  /// Stores values; see `ScoreCache`.
  public func store(_ entries: [(key: ScoreKey, value: [UInt8])]) {
    guard !entries.isEmpty else { return }
    state.withLock { state in
      guard let table = state.table?.table, !state.isReadOnly else { return }
      do throws(SQLiteFailure) {
        try table.store(entries, at: Int64(clock()))
        let bytes = entries.reduce(0) { $0 + $1.value.count + Self.rowOverhead }
        let total = (state.bytesStored ?? byteLimit) + bytes
        state.bytesStored = total
        if total >= byteLimit / 32 {
          state.bytesStored = 0
          try table.shrink(toBytes: Int64(byteLimit))
        }
      } catch {
        handle(error, &state, whileWriting: true)
      }
    }
  }

  /// A value is noted as used again once it was not for so many seconds: a warm run then writes nothing.
  private static let refreshAge: Int64 = 3600
  /// About what a row takes in the table and its index beside the value.
  private static let rowOverhead = 120
  /// How long to wait for other processes, in milliseconds.
  private static let patience: CInt = 10_000
  /// A file that keeps breaking is left alone.
  private static let mostDamages = 3

  // MARK: Opening

  /// - Precondition: No connection is open.
  private func open() throws(ScoreStoreError) -> OpenTable {
    var damage = ""
    for _ in 0...Self.mostDamages {
      let place = OpenFiles.Place(path: file.path)
      if try file.isSound() {
        do {
          return try connect()
        } catch let error as ScoreStoreError {
          throw error
        } catch let failure as SQLiteFailure where failure.kind == .damage {
          damage = failure.message
        } catch {
          let message = (error as? SQLiteFailure)?.message ?? String(describing: error)
          throw .unusable(path: file.path, reason: message)
        }
      } else {
        damage = "a damaged header"
      }
      try setAside(place, damage)
    }
    throw .unusable(path: file.path, reason: damage)
  }

  private func connect() throws -> OpenTable {
    let path = file.path
    let (opened, place) = try OpenFiles.connect(path) {
      let connection = try SQLiteConnection(path: path, patience: Self.patience)
      do {
        return (table: try ScoreTable(in: connection, path: path), connection: connection)
      } catch {
        connection.close()
        throw error
      }
    }
    return OpenTable(table: opened.table, connection: opened.connection, place: place)
  }

  private func setAside(_ place: OpenFiles.Place?, _ damage: String) throws(ScoreStoreError) {
    guard let name = try file.setAside(place) else { return }
    warn("the score cache \(file.path) was damaged (\(damage)); it is now \(name)")
  }

  // MARK: Failing

  private func handle(_ failure: SQLiteFailure, _ state: inout State, whileWriting: Bool) {
    switch failure.kind {
    case .busy: return
    case .unavailable where whileWriting: state.isReadOnly = true
    case .unavailable:
      state.table?.close()
      state.table = nil
    case .damage:
      let place = state.table?.place
      state.table?.close()
      state.table = nil
      state.damages += 1
      guard state.damages <= Self.mostDamages else { break }
      do {
        try setAside(place, failure.message)
        state.table = try open()
        return
      } catch {
        warnOnce("\(error)", &state)
        return
      }
    }
    warnOnce("\(file.path): expected a usable score cache, found \(failure.message)", &state)
  }

  private func warnOnce(_ problem: String, _ state: inout State) {
    if !state.hasWarned { warn("\(problem); scores are not kept any longer") }
    state.hasWarned = true
  }

  // MARK: Looking at the whole

  /// What is wrong with the file as SQLite sees it; empty if it is sound.
  package func problems() -> [String] {
    state.withLock { state in
      guard let table = state.table?.table else { return ["not open"] }
      do throws(SQLiteFailure) {
        return try table.problems()
      } catch {
        return [error.message]
      }
    }
  }

  /// How many values there are.
  package var count: Int {
    state.withLock { (try? $0.table?.table.count()) ?? 0 }
  }
}
