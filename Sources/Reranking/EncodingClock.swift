import Synchronization

/// How long texts took to become tokens while nothing else was computed.
///
/// A class because all scorers of a reranker, and their callers' threads, add to one sum.
package final class EncodingClock: Sendable {
  private let sum = Mutex(Duration.zero)

  package init() {}

  /// All measured times together, in seconds.
  package var seconds: Double { sum.withLock { $0 / .seconds(1) } }

  func measure<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = ContinuousClock.now
    defer {
      let taken = ContinuousClock.now - start
      sum.withLock { $0 += taken }
    }
    return try body()
  }
}
