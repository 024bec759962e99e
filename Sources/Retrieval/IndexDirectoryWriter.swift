import Checkpoints

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An index's directory, which appears under its name with all of its files, or not at all.
///
/// `File` names them all, but for the header. Without `finish`, nothing of it stays.
struct IndexDirectoryWriter<File: RawRepresentable<String> & CaseIterable> {
  private let directory: AtomicDirectory

  /// - Throws: `unwritable`, also where something other than an empty directory stands at the path.
  init(path: String) throws(RetrievalError) {
    do {
      directory = try AtomicDirectory(path: path)
    } catch {
      throw Self.unwritable(error, path: path)
    }
  }

  /// What an interrupt must remove, in this order: the files, then the directory.
  var unfinishedPaths: [String] {
    let files = File.allCases.map(\.rawValue) + [IndexFile.header]
    return files.map(place) + [directory.temporaryPath]
  }

  func file(_ file: File) throws(RetrievalError) -> IndexFileWriter {
    try IndexFileWriter(path: place(of: file.rawValue))
  }

  /// Writes the header, and gives the directory its name.
  func finish(header: String) throws(RetrievalError) {
    let file = try IndexFileWriter(path: place(of: IndexFile.header))
    try file.write(header.utf8)
    try file.closeFile()
    do {
      try directory.commit()
    } catch {
      throw Self.unwritable(error, path: directory.path)
    }
  }

  /// A file without a name, which the system removes when this process ends, however it ends.
  func temporaryFile() throws(RetrievalError) -> CInt {
    let name = place(of: IndexFile.header)
    let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0, unlink(name) == 0 else {
      throw .unwritable(path: directory.path, reason: systemReason())
    }
    return descriptor
  }

  /// Where a file is written until all are whole.
  private func place(of file: String) -> String { "\(directory.temporaryPath)/\(file)" }

  private static func unwritable(_ error: CheckpointError, path: String) -> RetrievalError {
    guard case .unwritable(let path, let reason) = error else {
      return .unwritable(path: path, reason: "\(error)")
    }
    return .unwritable(path: path, reason: reason)
  }
}
