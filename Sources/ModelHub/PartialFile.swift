#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is being filled, under a name that says so; what is there stays for the next time.
///
/// A class because its descriptor is closed once, and the closures of a transfer share it.
final class PartialFile {
  let path: String
  /// How many bytes it has.
  private(set) var count: Int
  private let descriptor: CInt

  init(_ path: String) throws(HubError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw unwritable(path) }
    self.path = path
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Drops all that it has.
  func empty() throws(HubError) {
    guard ftruncate(descriptor, 0) == 0 else { throw unwritable(path) }
    count = 0
  }

  /// Adds bytes at the end.
  func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = systemWrite(descriptor, rest.baseAddress, rest.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw unwritable(path) }
      count += written
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Gives the file its final name, its content on the disk first.
  func rename(to name: String) throws(HubError) {
    guard fsync(descriptor) == 0, systemRename(path, name) == 0 else { throw unwritable(name) }
  }

  /// Removes the file.
  func remove() { unlink(path) }
}

private func systemRename(_ old: String, _ new: String) -> CInt { rename(old, new) }
