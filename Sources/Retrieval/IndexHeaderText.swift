import JSON

/// The text of `index.json`: JSON whose last member is a hash of those before it.
enum IndexHeaderText {
  private static let checksumKey = "checksum"
  private static let largestSize = 1 << 16

  /// The text of some members.
  static func sealed(_ members: JSONObject) -> String {
    var members = members
    members[checksumKey] = checksum(of: members)
    return JSONValue.object(members).serialized() + "\n"
  }

  /// The members of a text that is as it was written.
  static func members(
    of bytes: UnsafeRawBufferPointer, format: String, version: Int, path: String
  ) throws(RetrievalError) -> JSONObject {
    func fail(_ reason: String) -> RetrievalError { .corrupt(path: path, reason: reason) }
    guard bytes.count <= largestSize, let value = try? JSONValue(parsing: bytes),
      var members = value.object
    else { throw fail("expected an index's header, found no JSON object") }
    guard members["format"]?.string == format else {
      throw fail("expected the header of a \(format) index, found another file")
    }
    guard members["version"]?.int == version else {
      let found = members["version"]?.serialized() ?? "none"
      throw fail("expected version \(version), found \(found); index the corpus again")
    }
    let checksum = members[checksumKey]
    members[checksumKey] = nil
    guard checksum == self.checksum(of: members) else {
      throw fail("expected an intact header, found one whose checksum is wrong")
    }
    return members
  }

  /// Size and hash of a file, as a header's member.
  static func member(of file: IndexHeader.File) -> JSONValue {
    ["bytes": JSONValue(file.byteCount), "xxh64": .string(hexadecimal(file.hash))]
  }

  /// Size and hash of a file, from a header's member; nil if it is none.
  static func file(_ member: JSONValue?) -> IndexHeader.File? {
    guard let size = member?["bytes"]?.int, size >= IndexFile.padding,
      let hash = member?["xxh64"]?.string.flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    return IndexHeader.File(byteCount: size, hash: hash)
  }

  /// 16 hexadecimal digits.
  static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func checksum(of members: JSONObject) -> JSONValue {
    let bytes = JSONValue.object(members).serializedBytes()
    return .string(hexadecimal(bytes.withUnsafeBytes { ContentHash.digest(of: $0) }))
  }
}
