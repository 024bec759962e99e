import CSQLite
import Foundation
import ScoreStore
import Support
import Testing

@Suite("What is no score cache")
struct ForeignFileTests {
  /// Runs statements on a database as another program would.
  static func run(_ statements: String, on path: String) {
    var database: OpaquePointer?
    #expect(sqlite3_open(path, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, statements, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
  }

  private func isRefused(_ path: String, because words: String) -> Bool {
    do {
      _ = try SQLiteScoreCache(path: path)
      return false
    } catch {
      return "\(error)".contains(path) && "\(error)".contains(words)
    }
  }

  @Test("Another file, or another program's database, is refused and stays as it is")
  func untouched() throws {
    try TemporaryFolder.use { folder in
      let text = try folder.write("precious\n", to: "text")
      let long = try folder.write(String(repeating: "precious ", count: 1000), to: "long")
      let database = folder.path(of: "database")
      Self.run("CREATE TABLE precious (x); INSERT INTO precious VALUES (1)", on: database)
      let signed = folder.path(of: "signed")
      Self.run("PRAGMA application_id = 77; CREATE TABLE precious (x)", on: signed)
      let names = try folder.names()
      let before = try names.map { try folder.bytes(of: $0) }
      #expect(isRefused(text, because: "a file of another kind"))
      #expect(isRefused(long, because: "a file of another kind"))
      #expect(isRefused(database, because: "a database of another program"))
      #expect(isRefused(signed, because: "a database of another program"))
      #expect(isRefused(folder.path, because: "a directory"))
      #expect(isRefused(try folder.makePipe("pipe"), because: "no regular file"))
      #expect(isRefused(folder.path(of: "nowhere/cache"), because: "No such file"))
      #expect(try names.map { try folder.bytes(of: $0) } == before)
      #expect(try folder.names() == (names + ["pipe"]).sorted())
    }
  }

  @Test("A cache of a later version is refused")
  func laterVersion() throws {
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do { _ = try SQLiteScoreCache(path: path) }
      Self.run("PRAGMA user_version = 2", on: path)
      #expect(isRefused(path, because: "version 2"))
    }
  }

  @Test(
    "A cache with anything but its own table is set aside, and nothing in it is run",
    arguments: [
      "CREATE TRIGGER t AFTER INSERT ON scores BEGIN DELETE FROM scores; END",
      "CREATE VIEW v AS SELECT * FROM scores",
      "DROP TABLE scores; CREATE VIEW scores AS SELECT 1 AS key, 2 AS value, 3 AS checksum, 4 AS used",
      "ALTER TABLE scores ADD COLUMN more ANY",
      "DROP INDEX scores_used",
      "CREATE TABLE scores2 (x)",
    ])
  func hostileSchema(statement: String) throws {
    let scores = try StoredScores(count: 20)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do { try SQLiteScoreCache(path: path).store(scores.entries) }
      Self.run(statement, on: path)
      let warnings = Warnings()
      let cache = try SQLiteScoreCache(path: path) { warnings.add($0) }
      #expect(scores.found(in: cache) == 0)
      cache.store(scores.entries)
      #expect(scores.found(in: cache) == 20)
      #expect(warnings.all.count == 1)
      #expect(try folder.names().contains("cache.corrupt-1"))
    }
  }

  @Test("A value as long as a book is no score, and costs no memory")
  func longValue() throws {
    let scores = try StoredScores(count: 20)
    try TemporaryFolder.use { folder in
      let path = folder.path(of: "cache")
      do { try SQLiteScoreCache(path: path).store(scores.entries) }
      Self.run("UPDATE scores SET value = zeroblob(1000000)", on: path)
      let warnings = Warnings()
      let cache = try SQLiteScoreCache(path: path) { warnings.add($0) }
      #expect(scores.found(in: cache) == 0)
      #expect(warnings.all.count == 1)
      cache.store(scores.entries)
      #expect(scores.found(in: cache) == 20)
    }
  }
}
