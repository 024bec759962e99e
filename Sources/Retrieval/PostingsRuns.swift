#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sorted runs of postings in a file without a name, written one after another, then read together.
///
/// A run is a list of terms in byte order: byte count, bytes, number of postings, then for each
/// posting the gap to the document before it and the frequency; numbers are LEB128.
///
/// A class because it owns an open file.
final class PostingsRuns {
  private let descriptor: CInt
  private let path: String
  private var buffer: [UInt8] = []
  private var size = 0
  /// The bytes of each run.
  private var ranges: [Range<Int>] = []

  private static let bufferSize = 1 << 18

  /// - Parameter descriptor: An empty file, open for reading and writing; closed at the end.
  init(_ descriptor: CInt, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Writes the postings of documents behind those of the runs before.
  func append(_ postings: inout PostingsBuffer) throws(RetrievalError) {
    let start = size
    try postings.drain { (term, documents, frequencies) throws(RetrievalError) in
      append(UInt32(term.count))
      buffer.append(contentsOf: term)
      append(UInt32(documents.count))
      var previous: UInt32 = 0
      for (document, frequency) in zip(documents, frequencies) {
        append(document - previous)
        append(frequency)
        previous = document
      }
      if buffer.count >= Self.bufferSize { try flush() }
    }
    try flush()
    ranges.append(start..<size)
  }

  /// A reader for each run, in order.
  func readers() throws(RetrievalError) -> [Reader] {
    var readers: [Reader] = []
    for range in ranges { readers.append(try Reader(descriptor, range, path)) }
    return readers
  }

  private func append(_ number: UInt32) {
    var rest = number
    while rest >= 0x80 {
      buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    buffer.append(UInt8(rest))
  }

  private func flush() throws(RetrievalError) {
    try writeWhole(buffer, to: descriptor, path: path)
    size += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Reads one run from start to end.
  struct Reader {
    private let descriptor: CInt
    private let path: String
    private var offset: Int
    private let end: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var position = 0
    private var filled = 0
    /// The term whose postings come next; nil at the end.
    private(set) var term: [UInt8]?

    fileprivate init(
      _ descriptor: CInt, _ range: Range<Int>, _ path: String
    ) throws(RetrievalError) {
      self.descriptor = descriptor
      self.path = path
      offset = range.lowerBound
      end = range.upperBound
      try readTerm()
    }

    /// Gives the term's postings to `body`, and goes to the next term.
    mutating func readPostings(
      _ body: (_ document: UInt32, _ frequency: UInt32) throws(RetrievalError) -> Void
    ) throws(RetrievalError) {
      let count = try number()
      var document: UInt32 = 0
      for _ in 0..<count {
        document += try number()
        try body(document, try number())
      }
      try readTerm()
    }

    private mutating func readTerm() throws(RetrievalError) {
      guard position < filled || offset < end else {
        term = nil
        return
      }
      let count = Int(try number())
      if filled - position < count { try refill() }
      guard filled - position >= count else { throw cut }
      term = Array(buffer[position..<(position + count)])
      position += count
    }

    private mutating func number() throws(RetrievalError) -> UInt32 {
      // A number has at most five bytes.
      if filled - position < 5 { try refill() }
      var number: UInt32 = 0
      var shift: UInt32 = 0
      while position < filled {
        let byte = buffer[position]
        position += 1
        number |= UInt32(byte & 0x7F) << shift
        if byte < 0x80 { return number }
        shift += 7
      }
      throw cut
    }

    /// Fills the buffer up behind what is unread.
    private mutating func refill() throws(RetrievalError) {
      buffer.replaceSubrange(0..<(filled - position), with: Array(buffer[position..<filled]))
      filled -= position
      position = 0
      while offset < end, filled < buffer.count {
        let wanted = min(buffer.count - filled, end - offset)
        let count = buffer.withUnsafeMutableBytes { bytes in
          // Inside: `wanted` bytes are free from `filled` on.
          let free = UnsafeMutableRawBufferPointer(rebasing: bytes[filled..<(filled + wanted)])
          return pread(descriptor, free.baseAddress, wanted, off_t(offset))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw count < 0 ? failure(systemReason()) : cut }
        filled += count
        offset += count
      }
    }

    private var cut: RetrievalError { failure("a temporary file was cut") }

    private func failure(_ reason: String) -> RetrievalError {
      .unwritable(path: path, reason: reason)
    }
  }
}
