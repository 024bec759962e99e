#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes of a file or of standard input, read in chunks; gzip data are expanded.
///
/// A class because it owns an open file and a position in it.
final class ByteReader {
  /// Whether gzip data are to be expanded.
  enum Compression {
    /// If the first bytes say so.
    case detected
    case none
  }

  let path: String
  /// Bytes of the expanded file before the unread part.
  private(set) var offset = 0
  private let descriptor: CInt
  private let chunkSize: Int
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  private var decoder: GzipDecoder?
  /// Whether the file's first bytes have still to be looked at.
  private var mayBeCompressed: Bool

  /// Opens a file; `-` is standard input.
  convenience init(path: String) throws(FormatError) {
    self.init(try FileDescriptor.open(path), path: path)
  }

  /// Reads from an open descriptor, and closes it at the end of life unless it is standard input.
  init(
    _ descriptor: CInt, path: String, chunkSize: Int = 1 << 18,
    compression: Compression = .detected
  ) {
    self.descriptor = descriptor
    self.path = path
    self.chunkSize = max(chunkSize, 1)
    mayBeCompressed = compression == .detected
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
    if mayBeCompressed, try detectCompression() { return true }
    isAtEnd = try (decoder == nil ? read() : expand()) == 0
    return !isAtEnd
  }

  /// Reads the first bytes, and keeps them if they are not gzip's; false if none were kept.
  private func detectCompression() throws(FormatError) -> Bool {
    mayBeCompressed = false
    // A second byte is waited for only behind the first one of gzip's two.
    repeat {
      guard try read() > 0 else { break }
    } while end == 1 && buffer[0] == 0x1F
    guard GzipDecoder.recognizes(buffer[..<end]) else { return end > 0 }
    decoder = GzipDecoder(descriptor: descriptor, path: path, start: Array(buffer[..<end]))
    end = 0
    return false
  }

  /// Reads behind what is there; 0 at the end of the file.
  private func read() throws(FormatError) -> Int {
    if end == buffer.count { makeRoom(1) }
    let count = try FileDescriptor.read(descriptor, into: &buffer, from: end, path: path)
    end += count
    return count
  }

  /// Expands behind what is there; 0 at the end of the file.
  private func expand() throws(FormatError) -> Int {
    guard let piece = try decoder?.next() else { return 0 }
    if buffer.count - end < piece.count { makeRoom(piece.count) }
    buffer.replaceSubrange(end..<(end + piece.count), with: piece)
    end += piece.count
    return piece.count
  }

  private func makeRoom(_ count: Int) {
    buffer.append(contentsOf: repeatElement(0, count: max(chunkSize, buffer.count, count)))
  }
}
