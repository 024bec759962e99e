/// Walks the bytes of a pickle, trusting nothing in them.
struct PickleReader {
  /// No name of a tensor comes near it, and a text may be asked for again and again.
  static let maximumTextCount = 1024

  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  /// Where the operation that is being read began.
  private(set) var operation = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// How many bytes are left.
  var rest: Int { bytes.count - position }

  /// Begins the next operation.
  mutating func operationCode() throws(PickleError) -> UInt8 {
    operation = position
    return try byte()
  }

  mutating func byte() throws(PickleError) -> UInt8 {
    guard rest > 0 else {
      throw failure("expected the rest of the pickle, found its end at byte \(position)")
    }
    defer { position += 1 }
    return bytes[position]
  }

  /// A little-endian number of up to 8 bytes; one beyond Int.max, which fits no file, is Int.max.
  mutating func number(_ count: Int) throws(PickleError) -> Int {
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(try byte()) << UInt64(8 * index) }
    return Int(clamping: value)
  }

  /// LONG1: a count, and as many bytes of two's complement.
  mutating func longInteger() throws(PickleError) -> Int {
    let count = Int(try byte())
    guard count <= 8 else {
      throw failure("expected an integer of at most 8 bytes, found one of \(count)")
    }
    var value: UInt64 = 0
    var last: UInt8 = 0
    for index in 0..<count {
      last = try byte()
      value |= UInt64(last) << UInt64(8 * index)
    }
    if last >= 0x80, count < 8 { value |= UInt64.max << UInt64(8 * count) }
    return Int(truncatingIfNeeded: value)
  }

  /// A text behind its length.
  mutating func text(countOf width: Int) throws(PickleError) -> PickleValue {
    let count = try number(width)
    let limit = min(rest, Self.maximumTextCount)
    guard count <= limit else {
      throw failure("expected a text of at most \(limit) bytes, found one of \(count)")
    }
    let range = position..<position + count
    guard String(validating: bytes[range], as: UTF8.self) != nil else {
      throw failure("expected a text in UTF-8, found something else")
    }
    position += count
    // A pickle has fewer bytes than an Int32 counts.
    return .text(start: Int32(range.lowerBound), count: Int32(range.count))
  }

  /// What a value that `text(countOf:)` made stands for.
  func string(start: Int32, count: Int32) -> String {
    String(decoding: bytes[Int(start)..<Int(start) + Int(count)], as: UTF8.self)
  }

  mutating func line() throws(PickleError) -> String {
    let longest = 256
    var line: [UInt8] = []
    while true {
      let next = try byte()
      if next == UInt8(ascii: "\n") { break }
      guard line.count < longest else {
        throw failure("expected a name of at most \(longest) bytes, found a longer one")
      }
      line.append(next)
    }
    return String(decoding: line, as: UTF8.self)
  }

  private func failure(_ reason: String) -> PickleError {
    PickleError(reason: reason, offset: operation)
  }
}
