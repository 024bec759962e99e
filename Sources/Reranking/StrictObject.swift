package import JSON

/// A JSON object of a known shape: each key is asked for once, and what nobody asked for is an error.
///
/// Messages name the key by its path in the file, as `labels[2].value`.
package struct StrictObject {
  private let members: JSONObject
  // Ends in a dot unless empty.
  private let prefix: String

  /// An object with these keys and no others.
  ///
  /// - Parameter place: Where the object stands in its file, as `labels[2]`; empty for the top.
  package init(
    _ value: JSONValue, at place: String, required: [String], optional: [String] = []
  ) throws(Mismatch) {
    guard let members = value.object else {
      throw Mismatch(place.isEmpty ? "the file" : place, expected: "an object", found: value.kind)
    }
    self.members = members
    self.prefix = place.isEmpty ? "" : "\(place)."
    let known = required + optional
    for (key, _) in members where !known.contains(key) {
      throw Mismatch(
        "\(prefix)\(key.prefix(40))",
        expected: "no keys but \(known.joined(separator: ", "))", found: "this one")
    }
    for key in required where members[key] == nil {
      throw Mismatch("\(prefix)\(key)", expected: "this key", found: "no such key")
    }
  }

  /// The value of a key, absent or converted; a value that `convert` refuses is an error.
  package func optional<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(Mismatch) -> Value? {
    guard let value = members[key] else { return nil }
    guard let converted = convert(value) else {
      throw Mismatch("\(prefix)\(key)", expected: expected, found: Self.words(for: value))
    }
    return converted
  }

  /// The converted value of a key that was required.
  package func value<Value>(
    _ key: String, _ expected: String, _ convert: (JSONValue) -> Value?
  ) throws(Mismatch) -> Value {
    guard let value = try optional(key, expected, convert) else {
      throw Mismatch("\(prefix)\(key)", expected: "this key", found: "no such key")
    }
    return value
  }

  /// One of an enumeration's words.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(Mismatch) -> Choice where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try value(key, "one of \(words)") { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  /// One of an enumeration's words, or nil without the key.
  package func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(Mismatch) -> Choice? where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try optional(key, "one of \(words)") { $0.string.flatMap(Choice.init(rawValue:)) }
  }

  /// A value as a message shows it: short ones as they are, others by their kind.
  private static func words(for value: JSONValue) -> String {
    switch value {
    case .array, .object: value.kind
    default: value.description.count <= 40 ? value.description : value.kind
    }
  }
}

/// What a key should have held, and what it held.
package struct Mismatch: Error {
  package let reason: String

  package init(_ place: String, expected: String, found: String) {
    self.reason = "\(place): expected \(expected), found \(found)"
  }

  package init(_ place: String, _ reason: String) {
    self.reason = "\(place): \(reason)"
  }
}
