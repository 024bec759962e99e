#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is read once from start to end, and then here and there.
///
/// A pipe (standard input, `<(…)`) and gzip data are first copied, expanded, into a temporary file
/// without a name, which the system removes when this process ends, however it ends.
///
/// A class because it owns an open file.
final class SeekableFile {
  let path: String
  private let descriptor: CInt

  init(path: String) throws(FormatError) {
    self.path = path
    let opened = try FileDescriptor.open(path)
    var status = stat()
    if fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      try !isCompressed(opened, size: Int(status.st_size), path)
    {
      descriptor = opened
      return
    }
    let source = ByteReader(opened, path: path)
    descriptor = try temporaryFile(for: path)
    do {
      try copy(source, to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Lines from the start.
  func lines() throws(FormatError) -> LineReader {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw FileDescriptor.unreadable(path, errno)
    }
    let copied = dup(descriptor)
    guard copied >= 0 else { throw FileDescriptor.unreadable(path, errno) }
    return LineReader(ByteReader(copied, path: path, compression: .none))
  }

  /// Some bytes that were seen before.
  func bytes(at offset: Int, count: Int) throws(FormatError) -> [UInt8] {
    try FileDescriptor.read(descriptor, count: count, at: offset, path: path)
  }
}

private func isCompressed(
  _ descriptor: CInt, size: Int, _ path: String
) throws(FormatError) -> Bool {
  guard size >= 2 else { return false }
  return GzipDecoder.recognizes(
    try FileDescriptor.read(descriptor, count: 2, at: 0, path: path))
}

/// A new file without a name.
private func temporaryFile(for path: String) throws(FormatError) -> CInt {
  let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
  var pattern = Array("\(folder)/t5rank.XXXXXX".utf8CString)
  let descriptor = mkstemp(&pattern)
  guard descriptor >= 0 else {
    throw FormatError(
      .unreadable, path: path,
      reason: "cannot be copied to \(folder): \(String(cString: strerror(errno)))")
  }
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  unlink(pattern)
  return descriptor
}

private func copy(_ source: ByteReader, to descriptor: CInt) throws(FormatError) {
  while try source.peek() != nil {
    let count = source.unread.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else {
      throw FormatError(
        .unreadable, path: source.path,
        reason: "cannot be copied to a temporary file: \(String(cString: strerror(errno)))")
    }
    source.consume(count)
  }
}
