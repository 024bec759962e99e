import Checkpoints
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
    let file: MappedFile
    do {
      file = try MappedFile(path: path, expected: expected)
    } catch .fileMissing(let path, let expected) {
      throw .missing(path: path, expected: expected)
    } catch .unreadable(let path, let reason) {
      throw .unusable(path: path, reason: "cannot be read: \(reason)")
    } catch .malformed(let path, let reason) {
      throw .unusable(path: path, reason: reason)
    } catch {
      throw .unusable(path: path, reason: error.description)
    }
    guard file.bytes.count <= largestSize else {
      throw .unusable(
        path: path, reason: "expected at most \(largestSize) bytes, found \(file.bytes.count)")
    }
    do {
      return try JSONValue(parsing: file.bytes)
    } catch {
      throw .unusable(path: path, reason: "expected JSON: \(error)")
    }
  }
}
