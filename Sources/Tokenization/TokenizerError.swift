/// Why a tokenizer cannot be made.
///
/// Each message says what was expected, what was found, and where.
public enum TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No file stands at a path.
  case fileMissing(path: String, expected: String)
  /// The system does not hand the file over.
  case unreadable(path: String, reason: String)
  /// The file was read and is not what a tokenizer can be made of.
  case malformed(path: String, reason: String)

  /// The sentence for the user, beginning with the path.
  public var description: String {
    switch self {
    case .fileMissing(let path, let expected): "\(path): expected \(expected), found no such file"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    }
  }
}
