import CSQLite

/// An open SQLite database, distrusted: nothing that a file may hold beside plain tables is run.
///
/// A class because it owns the connection and its statements.
final class SQLiteConnection: @unchecked Sendable {
  // Sendable stands on this: its owner calls it under a lock.
  private var handle: OpaquePointer?
  private var statements: [String: OpaquePointer] = [:]

  /// More than any statement or value of a cache has; what claims to be longer is broken.
  private static let longestValue: CInt = 1 << 16

  /// The first with strict tables.
  private static let oldestLibrary: CInt = 3_037_000

  /// Opens a database, and makes an empty one where there is none.
  ///
  /// - Parameter patience: How long to wait for other processes, in milliseconds.
  init(path: String, patience: CInt) throws(SQLiteFailure) {
    guard sqlite3_libversion_number() >= Self.oldestLibrary else {
      let found = String(cString: sqlite3_libversion())
      throw SQLiteFailure(
        code: SQLITE_CANTOPEN, message: "SQLite \(found) where 3.37 or newer is needed")
    }
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw SQLiteFailure(code: code, message: message)
    }
    handle = opened
    sqlite3_busy_timeout(handle, patience)
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.longestValue)
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
    sqlite3_limit(handle, SQLITE_LIMIT_TRIGGER_DEPTH, 0)
    let settings: [(option: CInt, value: CInt)] = [
      (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
      (SQLITE_DBCONFIG_ENABLE_TRIGGER, 0), (SQLITE_DBCONFIG_ENABLE_VIEW, 0),
      (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
      (SQLITE_DBCONFIG_DQS_DML, 0),
    ]
    for (option, value) in settings { _ = csqlite_configure(handle, option, value) }
  }

  deinit { close() }

  /// Closes the database, whoever still refers to it; nothing may be asked of it after that.
  func close() {
    for statement in statements.values { sqlite3_finalize(statement) }
    statements = [:]
    sqlite3_close_v2(handle)
    handle = nil
  }

  /// A value of a statement.
  enum Value {
    case integer(Int64)
    case bytes([UInt8])
  }

  /// A row of an answer, while it is looked at.
  struct Row {
    fileprivate let statement: OpaquePointer

    func integer(_ column: CInt) -> Int64 { sqlite3_column_int64(statement, column) }

    func bytes(_ column: CInt) -> [UInt8] {
      // In this order, as SQLite's manual has it: the count belongs to what the pointer is to.
      guard let start = sqlite3_column_blob(statement, column) else { return [] }
      let count = Int(sqlite3_column_bytes(statement, column))
      return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func text(_ column: CInt) -> String { String(decoding: bytes(column), as: UTF8.self) }
  }

  /// Runs one statement, which is prepared once.
  ///
  /// - Parameter body: Is shown each row of the answer.
  func run(
    _ text: String, _ values: [Value] = [], _ body: (Row) -> Void = { _ in }
  ) throws(SQLiteFailure) {
    let statement = try prepared(text)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in zip(CInt(1)..., values) {
      let code =
        switch value {
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .bytes(let bytes): csqlite_bind_copy(statement, index, bytes, CInt(bytes.count))
        }
      guard code == SQLITE_OK else { throw failure(code) }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: body(Row(statement: statement))
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  /// The number that a statement answers with.
  func number(_ text: String) throws(SQLiteFailure) -> Int64 {
    var number: Int64 = 0
    try run(text) { number = $0.integer(0) }
    return number
  }

  /// Runs statements as one: all of them, or none.
  ///
  /// - Parameter opening: `BEGIN` to read, `BEGIN IMMEDIATE` to write.
  func transaction<Result>(
    _ opening: String, _ body: () throws(SQLiteFailure) -> Result
  ) throws(SQLiteFailure) -> Result {
    try run(opening)
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // Some failures have rolled back already.
      if sqlite3_get_autocommit(handle) == 0 { try? run("ROLLBACK") }
      throw error
    }
  }

  private func prepared(_ text: String) throws(SQLiteFailure) -> OpaquePointer {
    if let known = statements[text] { return known }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    statements[text] = statement
    return statement
  }

  private func failure(_ code: CInt) -> SQLiteFailure {
    SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)))
  }
}
