package import JSON

/// Settings in a JSON file: read whole, and refused if they are too large to be settings.
package enum SmallJSONFile {
  package static let largestSize = 1 << 20

  /// Why a file is not JSON of a sensible size.
  package enum Failure: Error {
    case missing(path: String, expected: String)
    case unusable(path: String, reason: String)
  }

  /// The JSON value in a file.
  package static func value(_ path: String, expected: String) throws(Failure) -> JSONValue {
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
      return try withExtendedLifetime(file) { try JSONValue(parsing: file.bytes) }
    } catch {
      throw .unusable(path: path, reason: "expected JSON: \(error)")
    }
  }
}
