package import JSON

/// Reads settings from a model's `config.json`, each checked.
///
/// Keys that nobody asks for are passed over: such files hold many.
package struct ConfigurationReader {
  private let members: JSONObject
  private let path: String
  /// What errors put before a key: the keys of the objects around it.
  private var prefix = ""

  package init(_ value: JSONValue, path: String) throws(ModelError) {
    guard let members = value.object else {
      throw .configuration(path: path, reason: "expected an object, found \(value.kind)")
    }
    self.members = members
    self.path = path
  }

  /// The settings in an object; nil where it is absent or null.
  package func object(_ key: String) throws(ModelError) -> ConfigurationReader? {
    guard let value = present(key) else { return nil }
    guard value.object != nil else { throw mismatch(key, expected: "an object") }
    var reader = try ConfigurationReader(value, path: path)
    reader.prefix = "\(prefix)\(key)."
    return reader
  }

  /// The error about a key.
  package func mismatch(_ key: String, expected: String) -> ModelError {
    let found = present(key).map { value in
      let text = value.serialized()
      return text.utf8.count <= 80 ? text : value.kind
    }
    return .configuration(
      path: path, reason: "\(prefix)\(key): expected \(expected), found \(found ?? "no such key")")
  }

  /// A size that matrices are made of; absent, `fallback`.
  package func size(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
    try integer(key, in: 1...Self.largestSize, default: fallback)
  }

  /// A number of attention heads, each of which is a part that threads share.
  package func heads(_ key: String) throws(ModelError) -> Int { try integer(key, in: 1...4096) }

  /// An integer in a range; absent or null, `fallback`.
  package func integer(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws(ModelError) -> Int {
    guard let value = present(key) else {
      guard let fallback else { throw mismatch(key, expected: Self.words(for: range)) }
      return fallback
    }
    guard let number = value.int, range.contains(number) else {
      throw mismatch(key, expected: Self.words(for: range))
    }
    return number
  }

  /// A norm's epsilon.
  func epsilon(_ key: String, default fallback: Double) throws(ModelError) -> Float {
    guard let value = present(key) else { return Float(fallback) }
    guard let number = value.double, number >= 0, number < 1 else {
      throw mismatch(key, expected: "a number from 0 to 1")
    }
    return Float(number)
  }

  /// A number above 0.
  func positive(_ key: String, default fallback: Double) throws(ModelError) -> Float {
    guard let value = present(key) else { return Float(fallback) }
    guard let number = value.double, number > 0, Float(number).isFinite else {
      throw mismatch(key, expected: "a number above 0")
    }
    return Float(number)
  }

  /// A list of words; nil where it is absent or null.
  package func strings(_ key: String) throws(ModelError) -> [String]? {
    guard let value = present(key) else { return nil }
    let strings = value.array.map { $0.compactMap(\.string) }
    guard let strings, strings.count == value.array?.count else {
      throw mismatch(key, expected: "a list of strings")
    }
    return strings
  }

  /// A word; nil where it is absent or null.
  package func word(_ key: String) throws(ModelError) -> String? {
    guard let value = present(key) else { return nil }
    guard let word = value.string else { throw mismatch(key, expected: "a string") }
    return word
  }

  /// true or false; nil where it is absent or null.
  package func flag(_ key: String) throws(ModelError) -> Bool? {
    guard let value = present(key) else { return nil }
    guard let flag = value.bool else { throw mismatch(key, expected: "true or false") }
    return flag
  }

  /// How many members an object has; nil where it is absent or null.
  func memberCount(_ key: String) throws(ModelError) -> Int? {
    guard let value = present(key) else { return nil }
    guard let object = value.object else { throw mismatch(key, expected: "an object") }
    return object.count
  }

  private func present(_ key: String) -> JSONValue? {
    guard let value = members[key], !value.isNull else { return nil }
    return value
  }

  /// The product of two sizes still fits into an `Int` many times over.
  private static let largestSize = 1 << 24

  private static func words(for range: ClosedRange<Int>) -> String {
    "an integer from \(range.lowerBound) to \(range.upperBound)"
  }
}
