/// How `t5rank` ends.
///
/// Signals add 130 (SIGINT) and 143 (SIGTERM).
package enum ExitCode: Int32, Sendable, Comparable {
  case done = 0
  case arguments = 2
  case missingFile = 4
  case badInput = 5
  case runTimeFailure = 6

  package static func < (left: ExitCode, right: ExitCode) -> Bool { left.rawValue < right.rawValue }
}
