/// Why results cannot be written.
enum OutputError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Nobody reads standard output any more.
  case closedPipe
  case unwritable(path: String, reason: String)

  var description: String {
    switch self {
    case .closedPipe: "standard output was closed"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
