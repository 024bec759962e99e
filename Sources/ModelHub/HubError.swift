import JSON

/// Why a model could not be fetched, or found in the cache.
///
/// Each message is one sentence that says what was expected, what was found, and where.
package enum HubError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A repository's name, a revision or a variable of the environment that cannot be meant.
  case unusableName(String)
  /// The hub has no such repository, revision or file, or the cache no such model.
  case missing(String)
  /// The hub does not let us in.
  case refused(String)
  /// What the hub sent is not what it should be.
  case unusableAnswer(address: String, reason: String)
  /// The hub could not be reached, or broke off too often.
  case transferFailed(address: String, reason: String)
  /// The cache cannot be written.
  case unwritable(path: String, reason: String)

  package var description: String {
    switch self {
    case .unusableName(let sentence), .missing(let sentence), .refused(let sentence): sentence
    case .unusableAnswer(let address, let reason): "\(address): \(reason)"
    case .transferFailed(let address, let reason): "\(address): cannot be fetched: \(reason)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}

/// A word from outside for a message: printable, and not endless.
func shown(_ word: some StringProtocol) -> String { printable(word, atMost: 120) }
