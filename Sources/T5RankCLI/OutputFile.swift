#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where rankings go: standard output, or a file that appears under its name only when it is whole.
///
/// A class because it owns an open file, and removes it if it is never finished.
final class OutputFile {
  private let path: String
  private let descriptor: CInt
  /// The file being written; nil where bytes go straight to their target.
  private let temporary: String?
  private var isOpen = true

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
      fchmod(file, exists ? status.st_mode & 0o777 : 0o666 & ~currentMask())
    }
    self.target = target
  }

  private var target = ""

  deinit { discard() }

  /// Writes a whole query's ranking; it is in the file, or with the reader, when this returns.
  func write(_ text: String) throws(OutputError) {
    try writeAll(Array(text.utf8), to: descriptor, path: path)
  }

  /// Puts the file in its place.
  func finish() throws(OutputError) {
    guard isOpen, !target.isEmpty else { return }
    if let temporary {
      // A file system may report a full disk only here.
      guard fsync(descriptor) == 0, close(descriptor) == 0 else { throw failure(path) }
      isOpen = false
      guard rename(temporary, target) == 0 else {
        let error = failure(path)
        unlink(temporary)
        Signals.clearUnfinished()
        throw error
      }
      Signals.clearUnfinished()
      syncDirectory(of: target)
    } else {
      isOpen = false
      guard close(descriptor) == 0 else { throw failure(path) }
    }
  }

  /// Removes what was written so far; nothing after `finish`.
  func discard() {
    guard isOpen, !target.isEmpty else { return }
    isOpen = false
    close(descriptor)
    guard let temporary else { return }
    unlink(temporary)
    Signals.clearUnfinished()
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
  let slash = target.lastIndex(of: "/")
  let directory = slash.map { String(target[...$0]) } ?? ""
  let name = slash.map { String(target[target.index(after: $0)...]) } ?? target
  // Names may have 255 bytes; a long one is cut for the temporary file's.
  let pattern = "\(directory).\(name.prefix(40)).XXXXXX.tmp"
  var characters = Array(pattern.utf8CString)
  let descriptor = mkstemps(&characters, 4)
  guard descriptor >= 0 else { throw failure(path) }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  let temporary = String(
    decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  Signals.setUnfinished(temporary)
  return (descriptor, temporary)
}

private func currentMask() -> mode_t {
  // The mask can only be read by setting it; nothing else creates files meanwhile.
  let mask = umask(0o077)
  umask(mask)
  return mask
}

/// Makes the renaming itself durable.
///
/// Not every file system can; then there is nothing to do.
private func syncDirectory(of path: String) {
  let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
