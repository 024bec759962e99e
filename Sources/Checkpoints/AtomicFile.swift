#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that appears under its name whole or not at all.
///
/// A class because a temporary file must be closed and removed exactly once.
package final class AtomicFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: CInt

  init(path: String) throws(CheckpointError) {
    // A path with a NUL would be cut short by the C call: another file than the one named.
    guard !path.utf8.contains(0) else {
      throw .unwritable(path: path, reason: "expected a path without NUL, found one")
    }
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporaryPath = "\(path).\(random).tmp"
    // Readable by all but for the user's mask, as any file that a program writes.
    let descriptor = repeatingInterrupted {
      open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
    guard descriptor >= 0 else {
      throw .unwritable(path: path, reason: systemMessage(errno))
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  /// Makes a file of some bytes: whoever looks sees the old file or the whole new one.
  ///
  /// - Throws: `CheckpointError.unwritable`; nothing is left behind then.
  package static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  func write(_ bytes: [UInt8]) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { bytes throws(CheckpointError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = UnsafeRawBufferPointer(rebasing: rest)
      let written = repeatingInterrupted {
        #if canImport(Glibc)
          Glibc.write(descriptor, chunk.baseAddress, chunk.count)
        #else
          Darwin.write(descriptor, chunk.baseAddress, chunk.count)
        #endif
      }
      guard written > 0 else { throw .unwritable(path: path, reason: systemMessage(errno)) }
      rest = rest.dropFirst(written)
    }
  }

  /// Makes the file durable and gives it its name.
  func commit() throws(CheckpointError) {
    guard repeatingInterrupted({ fsync(descriptor) }) == 0,
      rename(temporaryPath, path) == 0
    else { throw .unwritable(path: path, reason: systemMessage(errno)) }
    close(descriptor)
    descriptor = -1
    // The new name itself is durable only once its directory is; some file systems refuse that,
    // and the file is whole either way.
    let directory = open(directoryName(of: path), O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    fsync(directory)
    close(directory)
  }
}
