#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A directory that appears under its name with all of its files, or not at all.
///
/// `File` names them all, but for the header. A class because the unfinished directory must be removed
/// exactly once.
final class IndexDirectoryWriter<File: RawRepresentable<String> & CaseIterable> {
  let path: String
  /// Where the files are written until they are whole.
  let temporaryPath: String
  private var isOpen = true

  /// - Throws: `unwritable`, also where something other than an empty directory stands at the path.
  init(path: String) throws(RetrievalError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard !trimmed.isEmpty, !trimmed.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "expected the path of a directory, found none")
    }
    guard isFree(trimmed) else {
      throw .unwritable(
        path: path, reason: "expected a new or empty directory, found one in use (remove it first)")
    }
    self.path = trimmed
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    temporaryPath = "\(trimmed).\(random).tmp"
    guard mkdir(temporaryPath, 0o777) == 0 else {
      throw .unwritable(path: path, reason: systemReason())
    }
  }

  deinit { discard() }

  /// What an interrupt must remove, in this order: the files, then the directory.
  var unfinishedPaths: [String] {
    let files = File.allCases.map(\.rawValue) + [IndexFile.header]
    return files.map { "\(temporaryPath)/\($0)" } + [temporaryPath]
  }

  func file(_ file: File) throws(RetrievalError) -> IndexFileWriter {
    try IndexFileWriter(path: "\(temporaryPath)/\(file.rawValue)")
  }

  /// Writes the header, and gives the directory its name.
  func finish(header: String) throws(RetrievalError) {
    let file = try IndexFileWriter(path: "\(temporaryPath)/\(IndexFile.header)")
    try file.write(header.utf8)
    try file.closeFile()
    sync(temporaryPath)
    guard rename(temporaryPath, path) == 0 else {
      throw .unwritable(path: path, reason: systemReason())
    }
    isOpen = false
    sync(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".")
  }

  /// Removes what was written so far; nothing after `finish`.
  func discard() {
    guard isOpen else { return }
    isOpen = false
    for path in unfinishedPaths.dropLast() { unlink(path) }
    rmdir(temporaryPath)
  }

  /// A file without a name, which the system removes when this process ends, however it ends.
  func temporaryFile() throws(RetrievalError) -> CInt {
    let name = "\(temporaryPath)/\(IndexFile.header)"
    let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0, unlink(name) == 0 else {
      throw .unwritable(path: path, reason: systemReason())
    }
    return descriptor
  }

  /// Makes the names in a directory durable; not every file system can.
  private func sync(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

/// Whether nothing stands at a path, or an empty directory, which `rename` replaces.
private func isFree(_ path: String) -> Bool {
  guard let directory = opendir(path) else { return access(path, F_OK) != 0 }
  defer { closedir(directory) }
  // "." and "..".
  var entries = 0
  while readdir(directory) != nil { entries += 1 }
  return entries <= 2
}
