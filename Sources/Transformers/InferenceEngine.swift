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
  private let isPrepared = Mutex(false)

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
  /// Sequences are cut into batches (`BatchPlan`), which free threads take one by one; where they are too few
  /// for that, all threads share the steps of each batch. What a sequence's batch mates are, and how many
  /// threads there are, changes no bit of its result.
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
    if !lengths.isEmpty { prepare(threads: threads) }
    let plan = BatchPlan(lengths, threads: threads, batchTokens: batchTokens)
    let finished = FinishedCount()
    let compute = { @Sendable (batch: [Int], team: ForkJoinTeam?) -> [Result] in
      var taken = self.take()
      taken.backend.team = team
      let results = body(batch, &taken.backend)
      precondition(results.count == batch.count, "each sequence has one result")
      taken.backend.team = nil
      self.idle.withLock { $0.append(taken) }
      if let progress { finished.add(batch.count) { progress($0, lengths.count) } }
      return results
    }
    let results =
      plan.sharesSteps
      ? ForkJoinTeam.run(count: threads) { team in plan.batches.map { compute($0, team) } }
      : ThreadTeam.map(count: plan.batches.count, threads: threads) {
        compute(plan.batches[$0], nil)
      }
    var ordered = [Result?](repeating: nil, count: lengths.count)
    for (batch, results) in zip(plan.batches, results) {
      for (sequence, result) in zip(batch, results) { ordered[sequence] = result }
    }
    return ordered.compactMap { $0 }
  }

  /// Reads and rounds the weights, unless that is done, on several threads; otherwise each is when it is first
  /// needed.
  public func prepare(threads: Int) {
    isPrepared.withLock { isPrepared in
      guard !isPrepared else { return }
      isPrepared = true
      parameters.prepare(precision.reduced, threads: threads)
    }
  }

  private func take() -> UncheckedBackend {
    idle.withLock { $0.popLast() }
      ?? UncheckedBackend(backend: InferenceBackend(parameters: parameters, precision: precision))
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
