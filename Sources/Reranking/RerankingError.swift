/// Why ranking cannot be done.
///
/// Each message says what was expected, what was found, and where.
public enum RerankingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A file that the caller named does not exist.
  case fileMissing(path: String, expected: String)
  /// The model directory, its manifest or a prompt file is unusable.
  case unusableModel(path: String, reason: String)
  case unusablePrompt(path: String, reason: String)
  /// The options do not fit the model (a T5 mode on a BERT, an unknown prompt …).
  case unusableOptions(reason: String)
  case unusableQuery(id: String, reason: String)
  /// A duo run above `maximumPairs`.
  case tooManyPairs(found: Int, limit: Int)
  /// A score came out NaN or infinite: broken weights.
  case scoreNotFinite(documentID: String, found: String)

  /// The sentence.
  public var description: String {
    switch self {
    case .fileMissing(let path, let expected): "\(path): expected \(expected), found no such file"
    case .unusableModel(let path, let reason), .unusablePrompt(let path, let reason):
      "\(path): \(reason)"
    case .unusableOptions(let reason): reason
    case .unusableQuery(let id, let reason): "query\(id.isEmpty ? "" : " \(id)"): \(reason)"
    case .tooManyPairs(let found, let limit):
      "expected at most \(limit) pairs, found \(found); lower the depth, or allow more"
    case .scoreNotFinite(let id, let found):
      "document \(id): expected a finite score, found \(found); the model's weights are broken"
    }
  }
}
