private import Foundation

/// A folder for the files of one test.
public struct TemporaryFolder: Sendable {
  /// The folder's absolute path, links resolved.
  public let path: String

  /// Runs `body` with a fresh empty folder, then removes it with all that is in it.
  public static func use<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("t5rank-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(TemporaryFolder(path: url.path))
  }

  /// The path of a file in this folder, whether it is there or not.
  public func path(of name: String) -> String { "\(path)/\(name)" }

  /// Writes a file, and gives its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = path(of: name)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Writes a file, and gives its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Array(text.utf8), to: name)
  }

  /// The bytes of a file.
  public func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(of: name))))
  }

  /// The text of a file.
  public func text(of name: String) throws -> String {
    String(decoding: try bytes(of: name), as: UTF8.self)
  }

  /// What is in the folder, sorted.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// Makes a folder in this one, and gives its path.
  @discardableResult
  public func makeFolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path(of: name), withIntermediateDirectories: true)
    return path(of: name)
  }

  /// Makes a named pipe, and gives its path.
  public func makePipe(_ name: String) throws -> String {
    guard mkfifo(path(of: name), 0o600) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
    return path(of: name)
  }

  /// Makes a symbolic link, and gives its path.
  @discardableResult
  public func makeLink(_ name: String, to target: String) throws -> String {
    try FileManager.default.createSymbolicLink(
      atPath: path(of: name), withDestinationPath: target)
    return path(of: name)
  }
}
