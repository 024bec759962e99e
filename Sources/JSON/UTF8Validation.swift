/// The offset of the first byte that begins no well-formed UTF-8 sequence (Unicode 16, table 3-7:
/// no overlong forms, no surrogates, nothing above U+10FFFF); nil if there is none.
func firstInvalidUTF8(in text: UnsafeRawBufferPointer) -> Int? {
  var offset = 0
  while offset < text.count {
    // Reads stay inside: eight bytes only where eight are left.
    while offset + 8 <= text.count,
      text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
      offset += 8
    }
    guard offset < text.count else { return nil }
    let length = sequenceLength(at: offset, in: text)
    guard length > 0 else { return offset }
    offset += length
  }
  return nil
}

/// The length of the well-formed sequence that starts at `offset`, which is in the text; 0 if none
/// does.
private func sequenceLength(at offset: Int, in text: UnsafeRawBufferPointer) -> Int {
  let lead = text[offset]
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch lead {
  case 0x00...0x7F: return 1
  case 0xC2...0xDF: length = 2
  case 0xE0...0xEF:
    length = 3
    if lead == 0xE0 { second = 0xA0...0xBF }
    if lead == 0xED { second = 0x80...0x9F }
  case 0xF0...0xF4:
    length = 4
    if lead == 0xF0 { second = 0x90...0xBF }
    if lead == 0xF4 { second = 0x80...0x8F }
  default: return 0
  }
  guard text.count - offset >= length, second.contains(text[offset + 1]) else { return 0 }
  for index in 2..<max(length, 2) where text[offset + index] & 0xC0 != 0x80 { return 0 }
  return length
}
