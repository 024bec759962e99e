import Checkpoints
import Tokenization
import Transformers

/// What is wrong with a model's files, whichever layer found it.
package enum ModelFailure {
  /// A file that is not there.
  case fileMissing(path: String, expected: String)
  /// A file or directory that cannot be used, and why.
  case unusable(path: String, reason: String)

  /// - Parameter directory: The model's, for errors that name no file.
  package init(_ error: any Error, in directory: String) {
    switch error {
    case ModelError.configuration(let path, let reason):
      self = .unusable(path: path, reason: reason)
    case TokenizerError.fileMissing(let path, let expected),
      CheckpointError.fileMissing(let path, let expected):
      self = .fileMissing(path: path, expected: expected)
    case TokenizerError.malformed(let path, let reason),
      CheckpointError.malformed(let path, let reason):
      self = .unusable(path: path, reason: reason)
    case TokenizerError.unreadable(let path, let reason),
      CheckpointError.unreadable(let path, let reason):
      self = .unusable(path: path, reason: "cannot be read: \(reason)")
    default: self = .unusable(path: directory, reason: String(describing: error))
    }
  }
}
