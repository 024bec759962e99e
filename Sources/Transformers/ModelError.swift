/// Why a model cannot be built from its files.
///
/// Each message says what was expected, what was found, and where.
public enum ModelError: Error, Sendable, Hashable, CustomStringConvertible {
  /// `config.json` says something that no model here can be.
  case configuration(path: String, reason: String)
  /// The checkpoint does not hold what the configuration asks for; each list names all of its kind.
  case tensors(missing: [String], unexpected: [String], misshapen: [String])

  /// One sentence.
  public var description: String {
    switch self {
    case .configuration(let path, let reason): "\(path): \(reason)"
    case .tensors(let missing, let unexpected, let misshapen):
      "expected exactly the tensors that config.json describes, found "
        + [("missing", missing), ("unexpected", unexpected), ("misshapen", misshapen)]
        .filter { !$0.1.isEmpty }
        .map { "\($0.1.count) \($0.0): \($0.1.joined(separator: ", "))" }
        .joined(separator: "; ")
    }
  }
}
