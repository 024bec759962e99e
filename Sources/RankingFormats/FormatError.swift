/// Why a file or one request in it cannot be used: what was expected, what was found, and where.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What a caller may do about it.
  public enum Kind: Sendable, Hashable {
    /// No such file.
    case missing
    /// The file is there, but reading it failed: nothing more comes from it.
    case unreadable
    /// The file's compressed data are broken: nothing more comes from it.
    case corrupt
    /// One line or request is wrong: the next may be good.
    case malformed
    /// One line or query has the right form, but an empty text, or no document that is relevant: the next may
    /// be good.
    case empty
  }

  /// What a caller may do about it.
  public let kind: Kind
  /// The file; `-` is standard input.
  public let path: String
  /// From 1; nil where the whole file is meant.
  public let line: Int?
  /// "expected …, found …", without the place.
  public let reason: String

  /// - Parameter reason: "expected …, found …", without the place.
  public init(_ kind: Kind, path: String, line: Int? = nil, reason: String) {
    self.kind = kind
    self.path = path
    self.line = line
    self.reason = reason
  }

  /// The sentence, with the place before it.
  public var description: String {
    let file = path == "-" ? "(standard input)" : path
    return line.map { "\(file):\($0): \(reason)" } ?? "\(file): \(reason)"
  }
}
