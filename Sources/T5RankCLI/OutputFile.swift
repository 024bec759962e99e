#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import RankingFormats

/// Where results go: standard output, or a file that appears under its name only when it is whole.
///
/// What goes to a file whose name ends in `.gz` is compressed.
///
/// A class because it owns an open file, and removes it if it is never finished.
final class OutputFile {
  private let path: String
  private let descriptor: CInt
  /// The file being written; nil where bytes go straight to their target.
  private let temporary: String?
  /// nil: bytes are written as they are.
  private var encoder: GzipEncoder?
  private var isOpen = true

  /// Starts the file of a path; without one, writes to standard output.
  convenience init(_ path: String?, or console: Console) throws(OutputError) {
    if let path {
      try self.init(path: path)
    } else {
      self.init(descriptor: console.standardOutput)
    }
  }

  /// Writes to a descriptor that stays open.
  init(descriptor: CInt) {
    path = "standard output"
    self.descriptor = descriptor
    temporary = nil
  }

  /// Starts a file; `-` is not handled here.
  init(path: String) throws(OutputError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "expected the path of a file, found none")
    }
    self.path = path
    // A link keeps pointing where it does: its target is what is replaced.
    let target = resolvedPath(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw .unwritable(path: path, reason: "expected a file, found a directory")
    }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      // Devices and pipes cannot be replaced by a file.
      temporary = nil
      descriptor = openForWriting(target)
      guard descriptor >= 0 else { throw failure(path) }
    } else {
      let (file, name) = try createBeside(target, path)
      descriptor = file
      temporary = name
      if exists { fchmod(file, status.st_mode & 0o777) }
    }
    self.target = target
    encoder = GzipEncoder.isMeant(by: path) ? GzipEncoder() : nil
  }

  private var target = ""

  /// What an interrupt must remove; nil where bytes go straight to their target.
  var unfinishedPath: String? { isOpen ? temporary : nil }

  deinit { discard() }

  /// Writes a whole query's ranking; it is in the file, or with the reader, when this returns, unless
  /// it is compressed.
  func write(_ text: String) throws(OutputError) {
    let bytes = Array(text.utf8)
    try writeAll(encoder?.encode(bytes) ?? bytes, to: descriptor, path: path)
  }

  /// Puts the file in its place.
  func finish() throws(OutputError) {
    guard isOpen, !target.isEmpty else { return }
    // What fails here is discarded with this.
    if let last = encoder?.finish() { try writeAll(last, to: descriptor, path: path) }
    guard let temporary else {
      isOpen = false
      guard close(descriptor) == 0 else { throw failure(path) }
      return
    }
    // A file system may report a full disk only here.
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
      let error = failure(path)
      discard()
      throw error
    }
    isOpen = false
    Signals.removeUnfinished(temporary)
    close(descriptor)
    syncDirectory(of: target)
  }

  /// Removes what was written so far; nothing after `finish`.
  func discard() {
    guard isOpen, !target.isEmpty else { return }
    isOpen = false
    close(descriptor)
    guard let temporary else { return }
    unlink(temporary)
    Signals.removeUnfinished(temporary)
  }
}

private func failure(_ path: String) -> OutputError {
  .unwritable(path: path, reason: String(cString: strerror(errno)))
}

private func openForWriting(_ path: String) -> CInt { open(path, O_WRONLY | O_CLOEXEC) }

/// The path that a link leads to; the path itself where there is no such file yet.
private func resolvedPath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// A new file in the directory of `target`, so that renaming it is one step.
private func createBeside(
  _ target: String, _ path: String
) throws(OutputError) -> (CInt, String) {
  let random = String(UInt64.random(in: .min ... .max), radix: 36)
  let temporary = directory(of: target) + ".t5rank-\(random).tmp"
  // Readable by all but for the user's mask, as any file that a program writes.
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw failure(path) }
  Signals.addUnfinished(temporary)
  return (descriptor, temporary)
}

/// The directory part of a path with its slash; empty for a plain name.
private func directory(of path: String) -> String {
  // By bytes: a slash with an accent after it is one character to Swift, but not to the system.
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
  return String(path[..<path.utf8.index(after: slash)])
}

/// Makes the renaming itself durable.
///
/// Not every file system can; then there is nothing to do.
private func syncDirectory(of path: String) {
  let descriptor = open(directory(of: path) + ".", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
