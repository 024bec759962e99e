/// Why a bi-encoder cannot be used.
///
/// Each message says what was expected, what was found, and where.
public enum BiEncoderError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A file of the model does not exist.
  case fileMissing(path: String, expected: String)
  /// A file of the model is there and cannot be used.
  case unusableModel(path: String, reason: String)
  /// The options do not fit the model.
  case unusableOptions(reason: String)
  /// An embedding came out NaN or infinite: broken weights.
  case notFinite(path: String)
  /// An index was made with another model than the one that searches it.
  case otherModel(path: String, expected: String, found: String)

  /// The sentence.
  public var description: String {
    switch self {
    case .fileMissing(let path, let expected): "\(path): expected \(expected), found no such file"
    case .unusableModel(let path, let reason): "\(path): \(reason)"
    case .unusableOptions(let reason): reason
    case .notFinite(let path):
      "\(path): expected finite embeddings, found NaN or infinity; the model's weights are broken"
    case .otherModel(let path, let expected, let found):
      "\(path): expected the model that made the index (fingerprint \(expected)), found another "
        + "(\(found)); index the corpus anew, or search with the model that it was made with"
    }
  }
}
