/// One line of a file, without its end (`\n` or `\r\n`).
package struct Line {
  /// From 1.
  package let number: Int
  /// Bytes of the file before the line.
  package let offset: Int
  package let bytes: ArraySlice<UInt8>

  /// Only spaces, tabs and carriage returns.
  var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
}

/// Lines of a file, one at a time; memory is bounded by the longest line.
///
/// A byte order mark at the start is skipped; the last line may lack its end.
package struct LineReader {
  /// A longer line is refused: no passage is that long, and memory must stay bounded.
  static let longestLine = 256 << 20

  let reader: ByteReader
  private let longest: Int
  private var number = 0

  init(_ reader: ByteReader, longest: Int = LineReader.longestLine) {
    self.reader = reader
    self.longest = longest
  }

  /// Reads in chunks of a given size, and refuses lines longer than `longest`.
  package init(path: String, chunkSize: Int, longest: Int) throws(FormatError) {
    let descriptor = try FileDescriptor.open(path)
    self.init(ByteReader(descriptor, path: path, chunkSize: chunkSize), longest: longest)
  }

  init(path: String) throws(FormatError) {
    self.init(try ByteReader(path: path))
  }

  var path: String { reader.path }

  /// The next line; nil at the end.
  ///
  /// - Throws: `.unreadable`, after which nothing more comes; `.malformed` for a line that is too
  ///   long, which is skipped.
  package mutating func next() throws(FormatError) -> Line? {
    if number == 0 { try reader.skipByteOrderMark() }
    guard try reader.peek() != nil else { return nil }
    number += 1
    var searched = 0
    while true {
      if let end = reader.index(of: lineFeed, from: searched), end <= longest {
        return take(end, consuming: end + 1)
      }
      searched = reader.unread.count
      guard searched <= longest else { return try refuseLongLine() }
      guard try reader.refill() else { return take(searched, consuming: searched) }
    }
  }

  private func take(_ count: Int, consuming consumed: Int) -> Line {
    var bytes = reader.unread.prefix(count)
    if bytes.last == carriageReturn { bytes.removeLast() }
    let line = Line(number: number, offset: reader.offset, bytes: bytes)
    reader.consume(consumed)
    return line
  }

  private func refuseLongLine() throws(FormatError) -> Line? {
    while true {
      if let end = reader.index(of: lineFeed, from: 0) {
        reader.consume(end + 1)
        break
      }
      reader.consume(reader.unread.count)
      guard try reader.refill() else { break }
    }
    throw FormatError(
      .malformed, path: path, line: number,
      reason: "expected a line of at most \(longest) bytes, found a longer one")
  }
}

extension ByteReader {
  /// Skips U+FEFF at the start of a file, which some editors write.
  func skipByteOrderMark() throws(FormatError) {
    guard offset == 0 else { return }
    while unread.count < 3 {
      guard try refill() else { return }
    }
    if unread.starts(with: [0xEF, 0xBB, 0xBF]) { consume(3) }
  }
}

let lineFeed = UInt8(ascii: "\n")
let carriageReturn = UInt8(ascii: "\r")
let tab = UInt8(ascii: "\t")
let space = UInt8(ascii: " ")
