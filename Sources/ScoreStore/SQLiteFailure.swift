import CSQLite

/// What SQLite says when it cannot do what it was asked.
struct SQLiteFailure: Error {
  /// What can be done about it.
  enum Kind {
    /// The file's content is broken.
    case damage
    /// Another process is at work; later it may do.
    case busy
    /// The file cannot be read or written.
    case unavailable
  }

  let kind: Kind
  let message: String

  /// - Parameter code: SQLite's result code, an extended one or not.
  init(code: CInt, message: String) {
    kind =
      switch code & 0xFF {
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_PERM, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_INTERRUPT, SQLITE_IOERR, SQLITE_FULL,
        SQLITE_CANTOPEN, SQLITE_PROTOCOL, SQLITE_NOLFS, SQLITE_AUTH:
        .unavailable
      // Our statements are right for our tables: whatever else there is comes from the file.
      default: .damage
      }
    self.message = message
  }

  /// Content that SQLite takes, and a score cache never has.
  init(damage: String) {
    kind = .damage
    message = damage
  }
}
