#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a regular file, mapped read-only.
///
/// A class because the mapping is released exactly once and shared by every buffer that borrows from
/// it. A file that another process shortens while it is mapped cannot be guarded against: reading a
/// lost page ends the process with SIGBUS. Replace model files by renaming, never by truncating them.
public final class MappedFile: @unchecked Sendable {
  // Sendable stands on this: the mapping is private and read-only, and nothing changes it.
  /// The path that was opened.
  public let path: String
  /// The whole file, never empty; valid for as long as this object lives.
  public let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Parameter expected: What the file should be, for the message when there is none.
  /// - Throws: `fileMissing`, `unreadable` (no permission, a directory, a pipe, a device), or
  ///   `malformed` for an empty file.
  public init(path: String, expected: String = "a file") throws(CheckpointError) {
    // A path with a NUL would be cut short by the C call: another file than the one named.
    guard !path.utf8.contains(0) else {
      throw .unreadable(path: path, reason: "expected a path without NUL, found one")
    }
    // Without O_NONBLOCK a named pipe would block here until someone writes to it.
    let descriptor = repeatingInterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .fileMissing(path: path, expected: expected) }
      throw .unreadable(path: path, reason: systemMessage(code))
    }
    defer { close(descriptor) }

    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, reason: systemMessage(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let found = fileKind(status.st_mode)
      throw .unreadable(path: path, reason: "expected a regular file, found \(found)")
    }
    guard let size = Int(exactly: status.st_size), size > 0 else {
      throw .malformed(path: path, reason: "expected \(expected), found an empty file")
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      address != MAP_FAILED
    else {
      throw .unreadable(path: path, reason: systemMessage(errno))
    }
    self.path = path
    self.bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Gives back the memory of some bytes' pages; whoever reads them again reads the file.
  ///
  /// - Precondition: They are bytes of this file.
  func releasePages(of part: UnsafeRawBufferPointer) {
    guard let partStart = part.baseAddress, let fileStart = bytes.baseAddress else { return }
    precondition(
      partStart >= fileStart && partStart + part.count <= fileStart + bytes.count,
      "only a file's own pages can be read again")
    let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let start = UInt(bitPattern: partStart)
    // Pages that belong to these bytes alone.
    let first = (start + pageSize - 1) / pageSize * pageSize
    let last = (start + UInt(part.count)) / pageSize * pageSize
    guard first < last, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    // The mapping is private and read-only, so the pages hold nothing but the file. Failing is harmless.
    _ = madvise(address, Int(last - first), Int32(MADV_DONTNEED))
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}

/// What stands at a path, symbolic links followed; nil where nothing does.
enum FileKind {
  case regular
  case directory
  case other

  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .directory
    default: self = .other
    }
  }
}

private func fileKind(_ mode: mode_t) -> String {
  switch mode & S_IFMT {
  case S_IFDIR: "a directory"
  case S_IFIFO: "a named pipe"
  case S_IFSOCK: "a socket"
  case S_IFCHR, S_IFBLK: "a device"
  default: "another kind of file"
  }
}

/// Calls again for as long as a signal interrupts.
func repeatingInterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// The system's words for an error number.
func systemMessage(_ code: CInt) -> String {
  String(cString: strerror(code))
}
