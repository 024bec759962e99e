#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
private import FoundationEssentials

/// A directory that appears under its name with all of its files, or not at all.
///
/// A class because an unfinished directory must be removed exactly once.
package final class AtomicDirectory {
  package let path: String
  /// Where files are to be written until all are.
  package let temporaryPath: String
  private var isOpen = true

  /// - Throws: `CheckpointError.unwritable`, also where something other than an empty directory stands
  ///   at the path.
  package init(path: String) throws(CheckpointError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard !trimmed.isEmpty, !trimmed.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "expected the path of a directory, found none")
    }
    let content = try? FileManager.default.contentsOfDirectory(atPath: trimmed)
    guard content?.isEmpty ?? (FileKind(path: trimmed) == nil) else {
      throw .unwritable(
        path: path, reason: "expected a new or empty directory, found one in use (remove it first)")
    }
    self.path = trimmed
    temporaryPath = "\(trimmed).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    guard mkdir(temporaryPath, 0o777) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }

  deinit { discard() }

  /// Gives the directory its name; an empty directory there is replaced.
  package func commit() throws(CheckpointError) {
    sync(temporaryPath)
    guard rename(temporaryPath, path) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
    isOpen = false
    sync(directoryName(of: path))
  }

  /// Makes the names in a directory durable; not every file system can.
  private func sync(_ directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes what was written so far; nothing after `commit`.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    try? FileManager.default.removeItem(atPath: temporaryPath)
  }
}
