#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes of a file or of standard input, read in chunks.
///
/// A class because it owns an open file and a position in it.
final class ByteReader {
  let path: String
  /// Bytes of the file before the unread part.
  private(set) var offset = 0
  private let descriptor: CInt
  private let chunkSize: Int
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private var isAtEnd = false

  /// Opens a file; `-` is standard input.
  convenience init(path: String) throws(FormatError) {
    self.init(try FileDescriptor.open(path), path: path)
  }

  /// Reads from an open descriptor, and closes it at the end of life unless it is standard input.
  init(_ descriptor: CInt, path: String, chunkSize: Int = 1 << 18) {
    self.descriptor = descriptor
    self.path = path
    self.chunkSize = max(chunkSize, 1)
    buffer = [UInt8](repeating: 0, count: max(chunkSize, 1))
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// What has been read and not consumed.
  var unread: ArraySlice<UInt8> { buffer[start..<end] }

  /// The next byte, without consuming it; nil at the end.
  func peek() throws(FormatError) -> UInt8? {
    while start == end {
      guard try refill() else { return nil }
    }
    return buffer[start]
  }

  /// The next byte that is no white space, without consuming anything; nil at the end.
  func peekVisible() throws(FormatError) -> UInt8? {
    var seen = 0
    while true {
      let rest = buffer[(start + seen)..<end]
      let visible = rest.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
      if let visible { return visible }
      seen = end - start
      guard try refill() else { return nil }
    }
  }

  /// Marks the first `count` unread bytes as read.
  func consume(_ count: Int) {
    precondition(count <= end - start, "consumed more than was read")
    start += count
    offset += count
  }

  /// The place of a byte in `unread`, counted from its start, at or after `from`; nil if none.
  func index(of byte: UInt8, from: Int) -> Int? {
    let first = start + from
    guard first < end else { return nil }
    return buffer.withUnsafeBytes { bytes in
      // Inside: first < end ≤ bytes.count.
      guard let base = bytes.baseAddress,
        let found = memchr(base + first, CInt(byte), end - first)
      else { return nil }
      return base.distance(to: UnsafeRawPointer(found)) - start
    }
  }

  /// Reads more bytes behind the unread ones; false at the end of the file.
  func refill() throws(FormatError) -> Bool {
    guard !isAtEnd else { return false }
    if start > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        // Inside: start ≤ end ≤ bytes.count; memmove allows the overlap.
        if let base = bytes.baseAddress { memmove(base, base + start, end - start) }
      }
      end -= start
      start = 0
    }
    if end == buffer.count {
      buffer.append(contentsOf: repeatElement(0, count: max(chunkSize, buffer.count)))
    }
    let count = try FileDescriptor.read(descriptor, into: &buffer, from: end, path: path)
    end += count
    isAtEnd = count == 0
    return count > 0
  }
}
