import Checkpoints

extension SmallJSONFile.Failure {
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
