import FoundationEssentials
import JSON

/// Settings in a JSON file: read whole, and refused if they are too large to be settings.
enum SmallJSONFile {
  static let largestSize = 1 << 20

  /// Why a file is not JSON of a sensible size.
  enum Failure: Error {
    case missing(path: String, expected: String)
    case unusable(path: String, reason: String)

    var asPromptError: RerankingError {
      switch self {
      case .missing(let path, let expected): .fileMissing(path: path, expected: expected)
      case .unusable(let path, let reason): .unusablePrompt(path: path, reason: reason)
      }
    }

    var asModelError: RerankingError {
      switch self {
      case .missing(let path, let expected): .fileMissing(path: path, expected: expected)
      case .unusable(let path, let reason): .unusableModel(path: path, reason: reason)
      }
    }
  }

  /// The JSON value in a file.
  static func value(_ path: String, expected: String) throws(Failure) -> JSONValue {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .missing(path: path, expected: expected)
    }
    guard let bytes = FileManager.default.contents(atPath: path).map([UInt8].init) else {
      throw .unusable(path: path, reason: "cannot be read: expected a regular file")
    }
    guard bytes.count <= largestSize else {
      throw .unusable(
        path: path, reason: "expected at most \(largestSize) bytes, found \(bytes.count)")
    }
    do {
      return try JSONValue(parsing: bytes)
    } catch {
      throw .unusable(path: path, reason: "expected JSON: \(error)")
    }
  }
}
