/// Why a file cannot be used as a score cache.
///
/// Each message says what was expected, what was found, and where.
public enum ScoreStoreError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path is something else's; it was not touched.
  case notACache(path: String, found: String)
  /// The file cannot be opened, made or read.
  case unusable(path: String, reason: String)

  /// The sentence.
  public var description: String {
    switch self {
    case .notACache(let path, let found):
      "\(path): expected a score cache of t5rank, or no file, found \(found); it was left as it is"
    case .unusable(let path, let reason): "\(path): expected a usable score cache, found \(reason)"
    }
  }
}
