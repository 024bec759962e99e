/// Why a tokenizer cannot be made. Each message says what was expected, what was found, and where.
public enum TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
  case fileMissing(path: String, expected: String)
  case unreadable(path: String, reason: String)
  case malformed(path: String, reason: String)

  public var description: String {
    switch self {
    case .fileMissing(let path, let expected): "\(path): expected \(expected), found no such file"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    }
  }
}
