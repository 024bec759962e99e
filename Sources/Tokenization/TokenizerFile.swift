#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One whole file of a tokenizer, read into memory.
enum TokenizerFile {
  /// The bytes of a file.
  ///
  /// - Throws: `TokenizerError` if it is missing, unreadable or larger than `limit` bytes.
  static func bytes(of path: String, expected: String, limit: Int) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else {
        throw TokenizerError.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
      throw TokenizerError.fileMissing(path: path, expected: expected)
    }
    // Opening a pipe would wait for a writer that may never come.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw TokenizerError.unreadable(
        path: path, reason: "expected \(expected), found no regular file")
    }
    guard status.st_size <= limit else {
      throw TokenizerError.malformed(
        path: path, reason: "expected at most \(limit) bytes, found \(status.st_size)")
    }
    guard let file = fopen(path, "rb") else {
      throw TokenizerError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    let size = Int(status.st_size)
    // The callback reports what was read, so a file that shrank meanwhile leaves nothing undefined.
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = size == 0 ? 0 : fread(buffer.baseAddress, 1, size, file)
    }
    guard ferror(file) == 0, bytes.count == size else {
      throw TokenizerError.unreadable(
        path: path, reason: "expected \(size) bytes, found \(bytes.count)")
    }
    return bytes
  }

  /// Whether a regular file stands at a path.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
