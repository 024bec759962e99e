import Checkpoints

/// Maps the files of an index, and compares them with what its header says.
enum IndexFileReader {
  /// The header of the index in a directory.
  static func header<Header>(
    of directory: String,
    _ parse: (_ bytes: UnsafeRawBufferPointer, _ path: String) throws(RetrievalError) -> Header
  ) throws(RetrievalError) -> Header {
    guard let file = try map("\(directory)/\(IndexFile.header)") else {
      throw .missing(path: directory)
    }
    return try withExtendedLifetime(file) { () throws(RetrievalError) in
      try parse(file.bytes, file.path)
    }
  }

  /// Whether a directory holds an index whose header names a format; the header is not checked.
  static func hasFormat(_ format: String, at directory: String) -> Bool {
    guard let file = try? map("\(directory)/\(IndexFile.header)") else { return false }
    return withExtendedLifetime(file) {
      let head = file.bytes.prefix(128)
      return head.indices.contains { head[$0...].starts(with: format.utf8) }
    }
  }

  /// Maps a file; nil if there is none.
  static func map(_ path: String) throws(RetrievalError) -> MappedFile? {
    do {
      return try MappedFile(path: path, expected: "a file of an index")
    } catch {
      switch error {
      case .fileMissing: return nil
      case .malformed(let path, let reason): throw .corrupt(path: path, reason: reason)
      case .unreadable(let path, let reason): throw .unreadable(path: path, reason: reason)
      default: throw .unreadable(path: path, reason: error.description)
      }
    }
  }

  /// Maps a file that the header of the index in `directory` knows.
  ///
  /// - Precondition: The header has a record of it.
  /// - Parameter verifiesContent: Whether every byte is compared, by its hash, or the size alone.
  static func map(
    _ name: String, in directory: String, record: IndexHeader.File?, verifiesContent: Bool
  ) throws(RetrievalError) -> MappedFile {
    guard let record else { preconditionFailure("a header that was read knows all files") }
    guard let file = try map("\(directory)/\(name)") else {
      throw .corrupt(path: directory, reason: "expected a file \(name), found none")
    }
    guard file.bytes.count == record.byteCount else {
      throw .corrupt(
        path: file.path,
        reason: "expected \(record.byteCount) bytes, found \(file.bytes.count)")
    }
    let isIntact = withExtendedLifetime(file) {
      !verifiesContent || ContentHash.digest(of: file.bytes) == record.hash
    }
    guard isIntact else {
      throw .corrupt(
        path: file.path, reason: "expected the bytes that were written, found others")
    }
    return file
  }
}
