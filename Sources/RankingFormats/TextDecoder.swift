/// What happens to bytes that are not UTF-8.
public enum InvalidUTF8: Sendable, Hashable {
  /// Each such byte becomes U+FFFD, as in SentencePiece, and is counted. The default.
  case replace
  /// The line is refused.
  case refuse
}

/// Turns bytes of files into text, and counts the bytes that are not UTF-8.
struct TextDecoder: Sendable {
  let invalidUTF8: InvalidUTF8
  /// Bytes that were replaced so far.
  private(set) var replacedBytes = 0

  init(_ invalidUTF8: InvalidUTF8 = .replace) {
    self.invalidUTF8 = invalidUTF8
  }

  /// The text of some bytes of a line.
  mutating func text(
    of bytes: ArraySlice<UInt8>, path: String, line: Int?
  ) throws(FormatError) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(
      decoding: try wellFormed(bytes, path: path, line: line), as: UTF8.self)
  }

  /// The bytes themselves if they are UTF-8, else repaired ones.
  mutating func wellFormed(
    _ bytes: ArraySlice<UInt8>, path: String, line: Int?
  ) throws(FormatError) -> ArraySlice<UInt8> {
    guard let invalid = firstInvalidOffset(in: bytes) else { return bytes }
    guard invalidUTF8 == .replace else {
      let byte = String(bytes[invalid], radix: 16, uppercase: true)
      let place = invalid - bytes.startIndex + 1
      throw FormatError(
        .malformed, path: path, line: line,
        reason: "expected UTF-8, found the byte 0x\(byte) at byte \(place)")
    }
    return ArraySlice(repaired(bytes))
  }

  private mutating func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    var rest = bytes
    while let invalid = firstInvalidOffset(in: rest) {
      result.append(contentsOf: rest[..<invalid])
      result.append(contentsOf: [0xEF, 0xBF, 0xBD])
      replacedBytes += 1
      rest = rest[(invalid + 1)...]
    }
    result.append(contentsOf: rest)
    return result
  }

  /// The index of the first byte that starts no well-formed sequence (Unicode, table 3-7).
  private func firstInvalidOffset(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      while index < buffer.count {
        guard buffer[index] >= 0x80 else {
          index += 1
          continue
        }
        let length = sequenceLength(at: index, in: buffer)
        guard length > 0 else { return bytes.startIndex + index }
        index += length
      }
      return nil
    }
  }
}

/// The length of the well-formed UTF-8 sequence at `index`; 0 if none starts there.
private func sequenceLength(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch bytes[index] {
  case 0x00...0x7F: return 1
  case 0xC2...0xDF: length = 2
  case 0xE0:
    length = 3
    second = 0xA0...0xBF
  case 0xED:
    length = 3
    second = 0x80...0x9F
  case 0xE1...0xEF: length = 3
  case 0xF0:
    length = 4
    second = 0x90...0xBF
  case 0xF4:
    length = 4
    second = 0x80...0x8F
  case 0xF1...0xF3: length = 4
  default: return 0
  }
  guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return 0 }
  for next in 2..<max(length, 2) where bytes[index + next] & 0xC0 != 0x80 { return 0 }
  return length
}
