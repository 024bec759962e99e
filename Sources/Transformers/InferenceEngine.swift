import Kernels
import Synchronization

/// Runs forward passes of many sequences on several threads.
///
/// A class because it keeps backends, with the memory that they have grown to, from one call to the
/// next. Any number of tasks may call it at once.
public final class InferenceEngine: @unchecked Sendable {
  // Sendable stands on this: `idle` is only reached under its lock, and a backend that was taken from
  // it is used by one thread until it is put back.
  /// The model's weights.
  public let parameters: Parameters
  /// That of linear layers.
  public let precision: Precision
  private let idle = Mutex<[UncheckedBackend]>([])

  private struct UncheckedBackend: @unchecked Sendable {
    var backend: InferenceBackend
  }

  /// An engine for a model's weights.
  public init(parameters: Parameters, precision: Precision = .fp32) {
    self.parameters = parameters
    self.precision = precision.resolved
  }

  /// Computes a result for each sequence.
  ///
  /// Sequences are sorted by length and cut into batches; free threads take the next batch. What a
  /// sequence's batch mates are changes no bit of its result.
  ///
  /// - Parameters:
  ///   - lengths: The tokens of each sequence.
  ///   - progress: Called from any thread, one call at a time, with (finished, total) sequences.
  ///   - body: Computes the results of some sequences, given by their positions in `lengths`.
  /// - Returns: The results in the order of `lengths`.
  public func run<Result: Sendable>(
    lengths: [Int], threads: Int, batchTokens: Int,
    progress: (@Sendable (_ finished: Int, _ total: Int) -> Void)? = nil,
    _ body: @Sendable @escaping (_ sequences: [Int], inout InferenceBackend) -> [Result]
  ) -> [Result] {
    let batches = Self.batches(of: lengths, threads: threads, batchTokens: batchTokens)
    let finished = FinishedCount()
    let results = ThreadTeam.map(count: batches.count, threads: threads) { index in
      let batch = batches[index]
      var taken = self.take()
      let results = body(batch, &taken.backend)
      precondition(results.count == batch.count, "each sequence has one result")
      self.idle.withLock { $0.append(taken) }
      if let progress { finished.add(batch.count) { progress($0, lengths.count) } }
      return results
    }
    var ordered = [Result?](repeating: nil, count: lengths.count)
    for (batch, results) in zip(batches, results) {
      for (sequence, result) in zip(batch, results) { ordered[sequence] = result }
    }
    return ordered.compactMap { $0 }
  }

  private func take() -> UncheckedBackend {
    idle.withLock { $0.popLast() }
      ?? UncheckedBackend(backend: InferenceBackend(parameters: parameters, precision: precision))
  }

  /// Below this a batch's decoder costs more than an even share of the threads gains.
  private static let fewestTokens = 512

  /// Positions of sequences, long ones first: at most `batchTokens` tokens a batch, but for a single
  /// longer sequence, and enough batches that threads end at about the same time.
  package static func batches(of lengths: [Int], threads: Int, batchTokens: Int) -> [[Int]] {
    let total = lengths.reduce(0, +)
    let share = total / max(3 * threads, 1) + 1
    let limit = min(batchTokens, max(share, min(fewestTokens, total / max(threads, 1) + 1)))
    var batches: [[Int]] = []
    var batch: [Int] = []
    var tokens = 0
    for sequence in lengths.indices.sorted(by: {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }) {
      if !batch.isEmpty, tokens + lengths[sequence] > limit {
        batches.append(batch)
        batch = []
        tokens = 0
      }
      batch.append(sequence)
      tokens += lengths[sequence]
    }
    return batch.isEmpty ? batches : batches + [batch]
  }
}

/// A count that reports itself in order; a class because threads share it.
private final class FinishedCount: Sendable {
  private let count = Mutex(0)

  func add(_ more: Int, then report: (Int) -> Void) {
    count.withLock {
      $0 += more
      // Under the lock: numbers that a reader sees never fall.
      report($0)
    }
  }
}
