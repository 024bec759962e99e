import JSON

/// Why a corpus cannot be indexed, or an index not be searched.
///
/// Each message says what was expected, what was found, and where.
public enum RetrievalError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no index.
  case missing(path: String)
  /// A file of the index is there, but cannot be read.
  case unreadable(path: String, reason: String)
  /// A file of the index is not what was written.
  case corrupt(path: String, reason: String)
  /// The index cannot be put where it should go.
  case unwritable(path: String, reason: String)
  /// A document with an identifier that another one has; the first one counts.
  case repeatedDocument(id: String)
  /// The corpus as a whole makes no index.
  case unusableCorpus(reason: String)
  /// A query that is longer than any query.
  case unusableQuery(reason: String)
  /// Numbers that no formula is meant for.
  case unusableParameters(reason: String)

  /// One sentence, a file's path first.
  public var description: String {
    switch self {
    case .missing(let path): "\(path): expected an index (t5rank index makes one), found none"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .corrupt(let path, let reason): "\(path): \(reason)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    case .repeatedDocument(let id):
      "expected each document id once, found \"\(printable(id))\" again; the first one counts"
    case .unusableCorpus(let reason), .unusableQuery(let reason), .unusableParameters(let reason):
      reason
    }
  }
}

/// A text from a file for a message.
func printable(_ text: String) -> String { printable(text, atMost: 60) }
