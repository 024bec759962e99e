/// Called from any thread with (finished, total) forward passes.
typealias Progress = @Sendable (_ finished: Int, _ total: Int) -> Void

/// Reports the progress of one part of the work as progress of the whole.
///
/// - Parameters:
///   - earlier: What was finished before the part began.
///   - total: The whole work.
func progress(
  ofPartAfter earlier: Int, of total: Int, to report: Progress?
) -> Progress? {
  guard let report else { return nil }
  return { finished, _ in report(earlier + finished, total) }
}
