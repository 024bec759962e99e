import JSON

/// A value of a tokenizer's JSON file, and its place in it, as `model.merges[3]`.
///
/// What is read through it is what was expected, or an error that names the place.
struct FileValue {
  let value: JSONValue
  /// Where the value stands; empty for the whole file.
  let place: String
  /// The file, for errors.
  let file: String

  /// What stands here instead of what was expected, as an error.
  func failure(expected: String, found: String? = nil) -> TokenizerError {
    let place = place.isEmpty ? "the file" : place
    return TokenizerError.malformed(
      path: file, reason: "\(place): expected \(expected), found \(found ?? words)")
  }

  /// The value as a message shows it: short ones as they are, others by their kind.
  private var words: String {
    switch value {
    case .array, .object: value.kind
    case .string(let text): "\"\(text.prefix(60))\""
    case .number(let number): String(number.text.prefix(60))
    case .bool, .null: value.description
    }
  }

  /// The value of a key; nil if it is absent or null, or if this is no object.
  func optional(_ key: String) -> FileValue? {
    guard let member = value[key], !member.isNull else { return nil }
    return at(key, member)
  }

  /// The value of a key, which must be there.
  func member(_ key: String) throws -> FileValue {
    guard value.object != nil else { throw failure(expected: "an object") }
    guard let member = value[key] else {
      throw at(key, .null).failure(expected: "this key", found: "no such key")
    }
    return at(key, member)
  }

  private func at(_ key: String, _ member: JSONValue) -> FileValue {
    FileValue(value: member, place: place.isEmpty ? key : "\(place).\(key)", file: file)
  }

  /// Refuses keys that nobody reads: each could change the tokens.
  func checkKeys(_ known: [String]) throws {
    guard let members = value.object else { throw failure(expected: "an object") }
    for (key, member) in members where !known.contains(key) {
      throw at(String(key.prefix(40)), member).failure(
        expected: "no keys but \(known.joined(separator: ", "))", found: "this one")
    }
  }

  func string() throws -> String {
    guard let string = value.string else { throw failure(expected: "a string") }
    return string
  }

  func bool() throws -> Bool {
    guard let bool = value.bool else { throw failure(expected: "true or false") }
    return bool
  }

  func int(in range: ClosedRange<Int>) throws -> Int {
    guard let int = value.int, range.contains(int) else {
      throw failure(expected: "an integer in \(range.lowerBound)...\(range.upperBound)")
    }
    return int
  }

  func elements() throws -> [FileValue] {
    guard let elements = value.array else { throw failure(expected: "an array") }
    return elements.enumerated().map {
      FileValue(value: $1, place: "\(place)[\($0)]", file: file)
    }
  }

  /// The Boolean of a key; `standard` without it.
  func flag(_ key: String, or standard: Bool) throws -> Bool {
    try optional(key)?.bool() ?? standard
  }

  /// The word under `type`, which says what kind of part this is.
  func type() throws -> String { try member("type").string() }
}
