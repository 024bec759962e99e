import JSON

/// What a safetensors header says, checked: every tensor lies in the file's data and they cover it
/// exactly.
///
/// Source: the format's description in github.com/huggingface/safetensors. Limits are tighter than
/// that library's: no model known to us comes near them.
struct SafetensorsHeader {
  /// A tensor and its bytes, counted from the start of the file.
  struct Entry {
    let tensor: StoredTensor
    let bytes: Range<Int>
  }

  /// In the order of their bytes.
  let entries: [Entry]
  let metadata: [(key: String, value: String)]

  static let maximumHeaderBytes = 16 << 20
  static let maximumTensors = 200_000
  static let maximumRank = 8
  static let maximumDimension = 1 << 48

  init(of file: MappedFile) throws(CheckpointError) {
    let reader = HeaderReader(path: file.path)
    let dataStart = try reader.dataStart(in: file.bytes)
    let members = try reader.members(
      of: UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart]))

    var metadata: [(key: String, value: String)] = []
    var entries: [Entry] = []
    entries.reserveCapacity(members.count)
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = try reader.metadata(value)
      } else {
        entries.append(
          try reader.entry(name, value, dataStart: dataStart, fileEnd: file.bytes.count))
      }
    }
    guard entries.count <= Self.maximumTensors else {
      throw reader.malformed(
        "expected at most \(Self.maximumTensors) tensors, found \(entries.count)")
    }
    try reader.checkNames(entries)
    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    try reader.checkCoverage(entries, dataStart: dataStart, fileEnd: file.bytes.count)
    self.entries = entries
    self.metadata = metadata
  }
}

/// The steps of reading a header, each with its refusals.
private struct HeaderReader {
  let path: String

  func malformed(_ reason: String) -> CheckpointError {
    .malformed(path: path, reason: reason)
  }

  /// The place after the header, from the start of the file.
  func dataStart(in file: UnsafeRawBufferPointer) throws(CheckpointError) -> Int {
    guard file.count >= 8 else {
      throw malformed("expected 8 bytes of header length, found a file of \(file.count) bytes")
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= SafetensorsHeader.maximumHeaderBytes else {
      throw malformed(
        "expected a header of at most \(SafetensorsHeader.maximumHeaderBytes) bytes, "
          + "found a length of \(length) in bytes 0 to 7")
    }
    guard length <= file.count - 8 else {
      throw malformed(
        "expected a header of \(length) bytes after byte 8, found a file of \(file.count) bytes")
    }
    return 8 + Int(length)
  }

  func members(of header: UnsafeRawBufferPointer) throws(CheckpointError) -> JSONObject {
    guard header.first == UInt8(ascii: "{") else {
      throw malformed(
        "expected '{' at byte 8, where the header starts, found \(byte(header.first))")
    }
    // The library pads with spaces only; line ends and NULs after the object are not padding.
    let end = (header.lastIndex { $0 != UInt8(ascii: " ") } ?? 0) + 1
    guard header[end - 1] == UInt8(ascii: "}") else {
      throw malformed(
        "expected a header that ends in '}' and spaces, found \(byte(header[end - 1])) "
          + "at byte \(8 + end - 1)")
    }
    do {
      let json = try JSONValue(
        parsing: UnsafeRawBufferPointer(rebasing: header[..<end]),
        options: JSONParsingOptions(maximumDepth: 4))
      guard let members = json.object else {
        throw malformed("expected an object as the header, found \(json.kind)")
      }
      return members
    } catch let error as JSONError {
      throw malformed("header, byte \(8 + error.offset): \(error.message)")
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw malformed("header: \(error)")
    }
  }

  func metadata(_ value: JSONValue) throws(CheckpointError) -> [(key: String, value: String)] {
    guard let members = value.object else {
      throw malformed("__metadata__: expected an object of strings, found \(value.kind)")
    }
    var metadata: [(key: String, value: String)] = []
    for (key, value) in members {
      guard let text = value.string else {
        throw malformed("__metadata__: \(quoted(key)): expected a string, found \(value.kind)")
      }
      metadata.append((key, text))
    }
    return metadata
  }

  func entry(_ name: String, _ value: JSONValue, dataStart: Int, fileEnd: Int)
    throws(CheckpointError) -> SafetensorsHeader.Entry
  {
    let place = "tensor \(quoted(name))"
    guard let members = value.object else {
      throw malformed("\(place): expected an object, found \(value.kind)")
    }
    for (key, _) in members where !["dtype", "shape", "data_offsets"].contains(key) {
      throw malformed(
        "\(place): expected dtype, shape and data_offsets, found a member \(quoted(key))")
    }
    let scalarType = try scalarType(members["dtype"], of: name)
    let (shape, count, byteCount) = try shape(members["shape"], scalarType, place)
    let bytes = try bytes(
      members["data_offsets"], place, dataStart: dataStart, fileEnd: fileEnd)
    guard bytes.count == byteCount else {
      throw malformed(
        "\(place): expected \(byteCount) bytes for \(scalarType.rawValue) \(shape), "
          + "found \(bytes.count) from byte \(bytes.lowerBound)")
    }
    return SafetensorsHeader.Entry(
      tensor: StoredTensor(name: name, shape: shape, scalarType: scalarType, count: count),
      bytes: bytes)
  }

  private func scalarType(_ value: JSONValue?, of name: String) throws(CheckpointError)
    -> ScalarType
  {
    guard let text = value?.string else {
      throw malformed(
        "tensor \(quoted(name)): expected a string as dtype, found \(value?.kind ?? "none")")
    }
    guard let scalarType = ScalarType(rawValue: text) else {
      throw .unsupportedScalar(path: path, tensor: name, found: quoted(text))
    }
    return scalarType
  }

  private func shape(_ value: JSONValue?, _ scalarType: ScalarType, _ place: String)
    throws(CheckpointError) -> (shape: [Int], count: Int, byteCount: Int)
  {
    guard let dimensions = value?.array else {
      throw malformed("\(place): expected an array as shape, found \(value?.kind ?? "none")")
    }
    guard dimensions.count <= SafetensorsHeader.maximumRank else {
      throw malformed(
        "\(place): expected at most \(SafetensorsHeader.maximumRank) dimensions, "
          + "found \(dimensions.count)")
    }
    var shape: [Int] = []
    var count = 1
    for value in dimensions {
      guard let dimension = value.int, (0...SafetensorsHeader.maximumDimension) ~= dimension else {
        throw malformed(
          "\(place): expected dimensions that are integers from 0 to 2^48, found \(brief(value))")
      }
      let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
      guard !overflows else {
        throw malformed("\(place): expected a size below 2^63, found shape \(brief(dimensions))")
      }
      shape.append(dimension)
      count = product
    }
    let (byteCount, overflows) = count.multipliedReportingOverflow(by: scalarType.byteCount)
    guard !overflows else {
      throw malformed("\(place): expected a size below 2^63, found shape \(brief(dimensions))")
    }
    return (shape, count, byteCount)
  }

  private func bytes(_ value: JSONValue?, _ place: String, dataStart: Int, fileEnd: Int)
    throws(CheckpointError) -> Range<Int>
  {
    guard let offsets = value?.array, offsets.count == 2 else {
      throw malformed(
        "\(place): expected two data_offsets, found \(value.map(brief) ?? "none")")
    }
    let dataCount = fileEnd - dataStart
    guard let begin = offsets[0].int, let end = offsets[1].int, begin >= 0, begin <= end,
      end <= dataCount
    else {
      throw malformed(
        "\(place): expected data_offsets begin ≤ end from 0 to \(dataCount), "
          + "found \(brief(offsets))")
    }
    return dataStart + begin..<dataStart + end
  }

  /// Names that Swift holds equal (the same text in two Unicode forms) could not be told apart by
  /// anything that looks tensors up.
  func checkNames(_ entries: [SafetensorsHeader.Entry]) throws(CheckpointError) {
    var names = Set<String>(minimumCapacity: entries.count)
    for entry in entries where !names.insert(entry.tensor.name).inserted {
      throw malformed(
        "tensor \(quoted(entry.tensor.name)): expected each name once, "
          + "found it again in another Unicode form")
    }
  }

  /// - Parameter entries: In the order of their bytes.
  func checkCoverage(_ entries: [SafetensorsHeader.Entry], dataStart: Int, fileEnd: Int)
    throws(CheckpointError)
  {
    var covered = dataStart
    for entry in entries {
      guard entry.bytes.lowerBound == covered else {
        let found = entry.bytes.lowerBound < covered ? "an overlap" : "a hole"
        throw malformed(
          "tensor \(quoted(entry.tensor.name)): expected its data at byte \(covered), after the "
            + "tensor before it, found \(found): it starts at byte \(entry.bytes.lowerBound)")
      }
      covered = entry.bytes.upperBound
    }
    guard covered == fileEnd else {
      throw malformed(
        "expected the end of the file at byte \(covered), after the last tensor, "
          + "found \(fileEnd - covered) more bytes")
    }
  }

  private func byte(_ byte: UInt8?) -> String {
    guard let byte else { return "an empty header" }
    return "0x" + String(byte, radix: 16, uppercase: true)
  }
}
