#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// System calls on files, with errors in words.
enum FileDescriptor {
  /// Opens a file for reading; `-` is standard input.
  static func open(_ path: String) throws(FormatError) -> CInt {
    if path == "-" { return STDIN_FILENO }
    // A C string ends at its first NUL: such a path would name another file.
    guard !path.utf8.contains(0) else {
      throw FormatError(.missing, path: path, reason: "expected a path, found a NUL in it")
    }
    let descriptor = openForReading(path)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR {
        throw FormatError(.missing, path: path, reason: "expected a file, found none")
      }
      throw unreadable(path, code)
    }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw FormatError(.unreadable, path: path, reason: "expected a file, found a directory")
    }
    return descriptor
  }

  /// Reads some bytes into `buffer` from `start` on; 0 at the end of the file.
  static func read(
    _ descriptor: CInt, into buffer: inout [UInt8], from start: Int, path: String
  ) throws(FormatError) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { bytes in
        // Inside: the rebased part is what the buffer holds from `start` on.
        let free = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        return systemRead(descriptor, free.baseAddress, free.count)
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw unreadable(path, errno) }
    }
  }

  /// Reads exactly `count` bytes at a place of a regular file.
  static func read(
    _ descriptor: CInt, count: Int, at offset: Int, path: String
  ) throws(FormatError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = buffer.withUnsafeMutableBytes { bytes in
        // Inside: the rebased part is what the buffer holds from `filled` on.
        let free = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
        return pread(descriptor, free.baseAddress, free.count, off_t(offset + filled))
      }
      if more < 0, errno == EINTR { continue }
      guard more >= 0 else { throw unreadable(path, errno) }
      guard more > 0 else {
        throw FormatError(
          .unreadable, path: path, reason: "expected the file unchanged while in use, found it cut")
      }
      filled += more
    }
    return buffer
  }

  static func unreadable(_ path: String, _ code: CInt) -> FormatError {
    FormatError(
      .unreadable, path: path, reason: "cannot be read: \(String(cString: strerror(code)))")
  }
}

private func openForReading(_ path: String) -> CInt {
  open(path, O_RDONLY | O_CLOEXEC)
}

private func systemRead(_ descriptor: CInt, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int
{
  read(descriptor, bytes, count)
}
