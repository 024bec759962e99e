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
  /// What gets its name: where the path leads to.
  private let target: String
  /// Where files are to be written until all are.
  package let temporaryPath: String
  private var isOpen = true

  /// - Throws: `CheckpointError.unwritable`, also where something other than an empty directory stands
  ///   at the path, or one that cannot be replaced.
  package init(path: String) throws(CheckpointError) {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard !trimmed.isEmpty, !trimmed.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "expected the path of a directory, found none")
    }
    let target = try replaceableDirectory(at: trimmed)
    self.path = trimmed
    self.target = target
    temporaryPath = "\(target).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    guard mkdir(temporaryPath, 0o777) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }

  deinit { discard() }

  /// Gives the directory its name; an empty directory there is replaced.
  package func commit() throws(CheckpointError) {
    sync(temporaryPath)
    guard rename(temporaryPath, target) == 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
    isOpen = false
    sync(directoryName(of: target))
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

/// What a rename to a path is to replace: the path itself where nothing is yet, else the empty directory
/// that it leads to, as a link cannot be replaced.
///
/// - Throws: Where the rename would fail, which would be known only after all the work.
private func replaceableDirectory(at path: String) throws(CheckpointError) -> String {
  var status = stat()
  guard lstat(path, &status) == 0 else { return path }
  let content = try? FileManager.default.contentsOfDirectory(atPath: path)
  guard content?.isEmpty == true, let resolved = realpath(path, nil) else {
    throw .unwritable(
      path: path, reason: "expected a new or empty directory, found one in use (remove it first)")
  }
  defer { free(resolved) }
  let target = String(cString: resolved)
  var parent = stat()
  guard stat(target, &status) == 0, stat(directoryName(of: target), &parent) == 0,
    status.st_dev == parent.st_dev
  else {
    throw .unwritable(
      path: path, reason: "expected a directory that can be replaced, found a mounted one")
  }
  var current = stat()
  guard
    stat(".", &current) != 0 || status.st_dev != current.st_dev
      || status.st_ino != current.st_ino
  else {
    throw .unwritable(
      path: path, reason: "expected a directory that can be replaced, found the current one")
  }
  return target
}
