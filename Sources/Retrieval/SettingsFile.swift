import Checkpoints
import JSON

/// A JSON file of settings, each checked when it is asked for; keys that nobody asks for are passed over.
struct SettingsFile {
  let path: String
  let value: JSONValue

  init(_ path: String, expected: String) throws(BiEncoderError) {
    self.path = path
    do {
      value = try SmallJSONFile.value(path, expected: expected)
    } catch {
      switch error {
      case .missing(let path, let expected): throw .fileMissing(path: path, expected: expected)
      case .unusable(let path, let reason): throw .unusableModel(path: path, reason: reason)
      }
    }
  }

  /// The file at a path; nil if none is there.
  static func ifPresent(_ path: String) throws(BiEncoderError) -> SettingsFile? {
    do {
      return try SettingsFile(path, expected: "a model's settings")
    } catch .fileMissing {
      return nil
    }
  }

  func failure(_ reason: String) -> BiEncoderError { .unusableModel(path: path, reason: reason) }

  /// The error about a key.
  func mismatch(_ key: String, expected: String) -> BiEncoderError {
    let found = present(key).map { value in
      let text = value.serialized()
      return text.utf8.count <= 80 ? text : value.kind
    }
    return failure("\(key): expected \(expected), found \(found ?? "no such key")")
  }

  /// true or false; nil where it is absent or null.
  func flag(_ key: String) throws(BiEncoderError) -> Bool? {
    guard let value = present(key) else { return nil }
    guard let flag = value.bool else { throw mismatch(key, expected: "true or false") }
    return flag
  }

  /// A word; nil where it is absent or null.
  func word(_ key: String) throws(BiEncoderError) -> String? {
    guard let value = present(key) else { return nil }
    guard let word = value.string else { throw mismatch(key, expected: "a string") }
    return word
  }

  /// An integer from 1; nil where it is absent or null.
  func positive(_ key: String) throws(BiEncoderError) -> Int? {
    guard let value = present(key) else { return nil }
    guard let number = value.int, number >= 1 else {
      throw mismatch(key, expected: "a positive integer")
    }
    return number
  }

  /// An object of strings; null members count as empty.
  func words(_ key: String) throws(BiEncoderError) -> [String: String] {
    guard let value = present(key) else { return [:] }
    guard let members = value.object else { throw mismatch(key, expected: "an object") }
    var words: [String: String] = [:]
    for (name, value) in members {
      guard value.isNull || value.string != nil else {
        throw mismatch(key, expected: "an object of strings")
      }
      words[name] = value.string ?? ""
    }
    return words
  }

  private func present(_ key: String) -> JSONValue? {
    guard let value = value[key], !value.isNull else { return nil }
    return value
  }
}
