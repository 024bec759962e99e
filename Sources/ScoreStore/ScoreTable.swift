import Digests
import Reranking

/// The table of a score cache, in an open database.
///
/// Each value has a checksum over its key and itself, so that what a damaged file gives is either what
/// was stored or nothing.
struct ScoreTable {
  /// SQLite's sign for the program that a file belongs to: "t5RC".
  static let applicationID: Int64 = 0x7435_5243
  private static let version: Int64 = 1

  private static let schema = [
    "CREATE TABLE scores (key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL, "
      + "checksum INTEGER NOT NULL, used INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX scores_used ON scores (used)",
  ]

  private let database: SQLiteConnection

  /// Checks whose the database is, and makes the table in an empty one.
  ///
  /// - Throws: `SQLiteFailure`, or `ScoreStoreError.notACache` for another program's database.
  init(in database: SQLiteConnection, path: String) throws {
    self.database = database
    try database.run("PRAGMA cell_size_check = ON")
    try database.run("PRAGMA mmap_size = 0")
    // What a power failure could break here is a file without any score.
    try database.run("PRAGMA synchronous = OFF")
    if try database.number("SELECT count(*) FROM sqlite_schema") == 0 {
      try database.run("PRAGMA auto_vacuum = INCREMENTAL")
      try database.transaction("BEGIN IMMEDIATE") { () throws(SQLiteFailure) in
        // Another process may have been first.
        guard try database.number("SELECT count(*) FROM sqlite_schema") == 0 else { return }
        try database.run("PRAGMA application_id = \(Self.applicationID)")
        try database.run("PRAGMA user_version = \(Self.version)")
        for statement in Self.schema { try database.run(statement) }
      }
    }
    let owner = try database.number("PRAGMA application_id")
    guard owner == Self.applicationID else {
      throw ScoreStoreError.notACache(path: path, found: "a database of another program")
    }
    let version = try database.number("PRAGMA user_version")
    guard version == Self.version else {
      throw ScoreStoreError.notACache(
        path: path, found: "a score cache of version \(version), which this program cannot read")
    }
    var statements: [String] = []
    try database.run("SELECT sql FROM sqlite_schema ORDER BY rowid") { row in
      statements.append(row.text(0))
    }
    guard statements == Self.schema else {
      throw SQLiteFailure(damage: "other tables than those of a score cache")
    }
    // Where a file system has no shared memory SQLite stays with a rollback journal, which serves too.
    do throws(SQLiteFailure) {
      try database.run("PRAGMA journal_mode = WAL")
    } catch {
      guard error.kind == .busy else { throw error }
    }
    // Without the log's last transactions after a power failure, but never broken by one.
    try database.run("PRAGMA synchronous = NORMAL")
    try database.run("PRAGMA journal_size_limit = \(1 << 22)")
  }

  /// The values under some keys, aligned with them.
  ///
  /// - Parameters:
  ///   - time: Now, in seconds.
  ///   - refreshing: Values last used so many seconds ago count as used now.
  func values(
    for keys: [ScoreKey], at time: Int64, refreshing age: Int64
  ) throws(SQLiteFailure) -> [[UInt8]?] {
    var values: [[UInt8]?] = []
    values.reserveCapacity(keys.count)
    var stale: [ScoreKey] = []
    try database.transaction("BEGIN") { () throws(SQLiteFailure) in
      for key in keys {
        let (value, used) = try value(for: key)
        values.append(value)
        // A clock that was set back must not make a value immortal.
        if value != nil, used > time || used <= time - age { stale.append(key) }
      }
    }
    if !stale.isEmpty {
      // What was found is right whether this can be noted or not.
      try? touch(stale, at: time)
    }
    return values
  }

  private func touch(_ keys: [ScoreKey], at time: Int64) throws(SQLiteFailure) {
    try database.transaction("BEGIN IMMEDIATE") { () throws(SQLiteFailure) in
      for key in keys {
        try database.run(
          "UPDATE scores SET used = ? WHERE key = ?", [.integer(time), .bytes(key.bytes)])
      }
    }
  }

  /// A value that is as it was stored, and when it was last used.
  private func value(
    for key: ScoreKey
  ) throws(SQLiteFailure) -> (value: [UInt8]?, used: Int64) {
    var found: (value: [UInt8]?, used: Int64) = (nil, 0)
    try database.run(
      "SELECT value, checksum, used FROM scores WHERE key = ?", [.bytes(key.bytes)]
    ) { row in
      let value = row.bytes(0)
      if row.integer(1) == Self.checksum(key, value) { found = (value, row.integer(2)) }
    }
    return found
  }

  func store(
    _ entries: [(key: ScoreKey, value: [UInt8])], at time: Int64
  ) throws(SQLiteFailure) {
    try database.transaction("BEGIN IMMEDIATE") { () throws(SQLiteFailure) in
      for (key, value) in entries {
        try database.run(
          "INSERT OR REPLACE INTO scores (key, value, checksum, used) VALUES (?, ?, ?, ?)",
          [
            .bytes(key.bytes), .bytes(value), .integer(Self.checksum(key, value)), .integer(time),
          ])
      }
    }
  }

  /// Rows that are deleted at once: others that write wait no longer than that takes.
  private static let batch: Int64 = 2000

  /// Deletes the least recently used values until the rest fills seven eighths of a limit; does
  /// nothing below fifteen sixteenths.
  func shrink(toBytes limit: Int64) throws(SQLiteFailure) {
    guard try usedBytes() > limit - limit / 16 else { return }
    var isDone = false
    while !isDone {
      try database.transaction("BEGIN IMMEDIATE") { () throws(SQLiteFailure) in
        // A fraction of all rows where the limit is small.
        let rows = try database.number(
          "SELECT count(*) FROM (SELECT 1 FROM scores LIMIT \(16 * Self.batch))")
        let count = max(1, min(Self.batch, rows / 16))
        try database.run(
          """
          DELETE FROM scores WHERE key IN (SELECT key FROM scores ORDER BY used LIMIT \(count))
          """)
        try database.run("PRAGMA incremental_vacuum")
        let used = try usedBytes()
        isDone = rows <= count || used <= limit - limit / 8
      }
    }
  }

  /// Bytes of the pages that hold something.
  private func usedBytes() throws(SQLiteFailure) -> Int64 {
    let pages =
      try database.number("PRAGMA page_count") - database.number("PRAGMA freelist_count")
    return try pages * database.number("PRAGMA page_size")
  }

  /// What SQLite finds wrong with the whole file; empty if it is sound.
  func problems() throws(SQLiteFailure) -> [String] {
    var lines: [String] = []
    try database.run("PRAGMA integrity_check") { lines.append($0.text(0)) }
    return lines.filter { $0 != "ok" }
  }

  func count() throws(SQLiteFailure) -> Int {
    Int(try database.number("SELECT count(*) FROM scores"))
  }

  private static func checksum(_ key: ScoreKey, _ value: [UInt8]) -> Int64 {
    var hash = SHA256(of: "t5rank row")
    hash.add(key.digest)
    hash.add(value)
    return hash.digest.checksum
  }
}
