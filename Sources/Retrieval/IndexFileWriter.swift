#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes one file of an index, buffered, and hashes what it writes.
///
/// A class because it owns an open file.
final class IndexFileWriter {
  private let path: String
  private var descriptor: CInt
  private var buffer: [UInt8] = []
  private var hash = ContentHash()
  /// Bytes written so far.
  private(set) var count = 0

  private static let bufferSize = 1 << 18

  init(path: String) throws(RetrievalError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
    buffer.reserveCapacity(Self.bufferSize + 8)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ number: some FixedWidthInteger) throws(RetrievalError) {
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
    count += number.bitWidth / 8
    try flushIfFull()
  }

  func write(_ bytes: some Collection<UInt8>) throws(RetrievalError) {
    buffer.append(contentsOf: bytes)
    count += bytes.count
    try flushIfFull()
  }

  /// What was written at a place; fewer bytes where the file ends.
  func read(at offset: Int, count: Int) throws(RetrievalError) -> [UInt8] {
    try flush()
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = bytes.withUnsafeMutableBytes { bytes in
        // Inside: the rebased part is what the buffer holds from `filled` on.
        let free = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
        return pread(descriptor, free.baseAddress, free.count, off_t(offset + filled))
      }
      if more < 0, errno == EINTR { continue }
      guard more >= 0 else { throw .unwritable(path: path, reason: systemReason()) }
      if more == 0 { break }
      filled += more
    }
    return Array(bytes.prefix(filled))
  }

  /// Ends the file with its padding, and makes it durable.
  func finish() throws(RetrievalError) -> IndexHeader.File {
    try write([UInt8](repeating: 0, count: IndexFile.padding))
    try closeFile()
    return IndexHeader.File(byteCount: count, hash: hash.digest)
  }

  /// Ends the file as it is, and makes it durable.
  func closeFile() throws(RetrievalError) {
    try flush()
    let result = fsync(descriptor) == 0 && close(descriptor) == 0
    descriptor = -1
    guard result else { throw .unwritable(path: path, reason: systemReason()) }
  }

  private func flushIfFull() throws(RetrievalError) {
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private func flush() throws(RetrievalError) {
    buffer.withUnsafeBytes { hash.update($0) }
    try writeWhole(buffer, to: descriptor, path: path)
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Writes all bytes, however many calls it takes.
func writeWhole(_ bytes: [UInt8], to descriptor: CInt, path: String) throws(RetrievalError) {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { bytes in
      // Inside: the rebased part is what is left from `written` on.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      return write(descriptor, rest.baseAddress, rest.count)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw .unwritable(path: path, reason: systemReason()) }
    written += count
  }
}

/// The system's words for the last error.
func systemReason() -> String { String(cString: strerror(errno)) }
