/// Why a checkpoint cannot be read or written.
///
/// Each message says what was expected, what was found, and where.
public enum CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  case fileMissing(path: String, expected: String)
  case unreadable(path: String, reason: String)
  case malformed(path: String, reason: String)
  case unsupportedScalar(path: String, tensor: String, found: String)
  case noSuchTensor(path: String, tensor: String)
  case unwritable(path: String, reason: String)

  /// One sentence, the file's path first.
  public var description: String {
    switch self {
    case .fileMissing(let path, let expected): "\(path): expected \(expected), found no such file"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .malformed(let path, let reason): "\(path): \(reason)"
    case .unsupportedScalar(let path, let tensor, let found):
      "\(path): tensor \(quoted(tensor)): expected F32, F16 or BF16, found \(found)"
    case .noSuchTensor(let path, let tensor):
      "\(path): expected tensor \(quoted(tensor)), found none"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
