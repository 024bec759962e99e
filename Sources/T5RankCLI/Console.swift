#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Synchronization

/// Standard output and standard error, shared by all threads: messages, and one line of progress
/// that is rewritten in place.
///
/// A class because its threads share one terminal line.
package final class Console: Sendable {
  private struct Line {
    var isShown = false
    var lastShown = -Double.infinity
  }

  private let outputDescriptor: CInt
  private let errorDescriptor: CInt
  private let line = Mutex(Line())

  package init(output: CInt = STDOUT_FILENO, error: CInt = STDERR_FILENO) {
    outputDescriptor = output
    errorDescriptor = error
  }

  /// Whether progress would be seen by a person.
  var isInteractive: Bool { Terminal.canRewrite(errorDescriptor) }
  var standardOutput: CInt { outputDescriptor }

  /// Writes results of a command that is no ranking.
  func write(_ text: String) throws(OutputError) {
    try writeAll(Array(text.utf8), to: outputDescriptor, path: "standard output")
  }

  func error(_ message: String) { say("t5rank: error: \(message)\n") }
  func note(_ message: String) { say("t5rank: \(message)\n") }
  func usage(_ text: String) { say(text) }

  /// Shows a line of progress; at most ten times a second, and only on a terminal.
  func progress(_ text: @autoclosure () -> String) {
    guard isInteractive else { return }
    line.withLock { line in
      let now = Terminal.seconds()
      guard now - line.lastShown >= 0.1 else { return }
      line.lastShown = now
      line.isShown = true
      let width = (Terminal.width(errorDescriptor) ?? 80) - 1
      put("\r\u{1B}[K" + String(text().prefix(max(width, 1))))
    }
  }

  func eraseProgress() {
    line.withLock { erase(&$0) }
  }

  private func say(_ text: String) {
    line.withLock { line in
      erase(&line)
      put(text)
    }
  }

  private func erase(_ line: inout Line) {
    guard line.isShown else { return }
    line.isShown = false
    line.lastShown = -.infinity
    put("\r\u{1B}[K")
  }

  /// Messages that cannot be written are lost: there is nowhere left to say so.
  private func put(_ text: String) {
    try? writeAll(Array(text.utf8), to: errorDescriptor, path: "standard error")
  }
}

/// Writes all bytes, however many calls it takes.
func writeAll(_ bytes: [UInt8], to descriptor: CInt, path: String) throws(OutputError) {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { bytes in
      // Inside: the rebased part is what is left from `written` on.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      return write(descriptor, rest.baseAddress, rest.count)
    }
    if count >= 0 {
      written += count
    } else if errno == EPIPE {
      throw .closedPipe
    } else if errno == EAGAIN {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&waiting, 1, -1)
    } else if errno != EINTR {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }
}
