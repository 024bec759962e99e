import CKernels
import Synchronization

/// Threads that share the steps of one computation: its own thread runs it, and at each step all of them take
/// parts until none is left.
///
/// For a batch that cannot be cut into whole sequences, such as one long text. A step costs a few microseconds,
/// so helpers do not sleep between steps, but give their core to whoever else asks for it.
///
/// A class because all threads share it.
public final class ForkJoinTeam: @unchecked Sendable {
  // Sendable stands on this: `step` is written by the computation's own thread, before it publishes the step's
  // number in `state`, and the next step is only begun when every part that was taken is done; a helper reads
  // it between taking a part and reporting it done.
  /// How many threads there may be, the computation's own among them.
  public let count: Int

  private var step: ((_ part: Int, _ thread: Int) -> Void)?
  /// The step's number, how many parts it has, and which is the next: 32, 16 and 16 bits.
  private let state = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let isDismissed = Atomic(false)

  /// More parts than anything here is cut into.
  private static let mostParts = 1 << 15

  private init(count: Int) { self.count = count }

  /// Calls `body` on this thread, with a team that has `count − 1` more; they end before this returns.
  ///
  /// Where the system has no thread left, the others take its parts.
  public static func run<Result: Sendable>(
    count: Int, _ body: @Sendable @escaping (ForkJoinTeam) -> Result
  ) -> Result {
    let team = ForkJoinTeam(count: max(count, 1))
    let result = Mutex<Result?>(nil)
    ThreadTeam.run(count: team.count) { thread in
      guard thread == 0 else {
        team.help(as: thread)
        return
      }
      let value = body(team)
      team.isDismissed.store(true, ordering: .releasing)
      result.withLock { $0 = value }
    }
    guard let value = result.withLock({ $0 }) else {
      preconditionFailure("the computation's own thread has ended")
    }
    return value
  }

  /// Calls `body` for 0 ..< parts, on any of the threads, and returns when all calls have.
  ///
  /// - Parameter body: Is told which part it is, and which thread, below `count`, calls it.
  /// - Precondition: The computation's own thread calls this, and not from within a step.
  public func share(parts: Int, _ body: (_ part: Int, _ thread: Int) -> Void) {
    precondition((0..<Self.mostParts).contains(parts), "a step is cut into few parts")
    guard parts > 1, count > 1 else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      step = body
      done.store(0, ordering: .relaxed)
      let number = (state.load(ordering: .relaxed) >> 32 + 1) & 0xFFFF_FFFF
      state.store(number << 32 | UInt64(parts) << 16, ordering: .releasing)
      takeParts(as: 0)
      wait { done.load(ordering: .acquiring) == parts }
      step = nil
    }
  }

  /// Calls `body` for 0 ..< parts: on a team's threads, or in their order on this one if there is no team.
  public static func share(
    parts: Int, among team: ForkJoinTeam?, _ body: (_ part: Int, _ thread: Int) -> Void
  ) {
    guard let team else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    team.share(parts: parts, body)
  }

  private func takeParts(as thread: Int) {
    while let part = takePart() {
      // This part keeps the step from ending, and so `step` from changing.
      step?(part, thread)
      done.wrappingAdd(1, ordering: .releasing)
    }
  }

  private func takePart() -> Int? {
    var seen = state.load(ordering: .acquiring)
    while true {
      let part = seen & 0xFFFF
      guard part < seen >> 16 & 0xFFFF else { return nil }
      let (isTaken, found) = state.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if isTaken { return Int(part) }
      seen = found
    }
  }

  private func help(as thread: Int) {
    while !isDismissed.load(ordering: .acquiring) {
      takeParts(as: thread)
      wait {
        let seen = state.load(ordering: .relaxed)
        return seen & 0xFFFF < seen >> 16 & 0xFFFF || isDismissed.load(ordering: .relaxed)
      }
    }
  }

  /// Steps follow each other within microseconds; longer than that another thread may need the core.
  private func wait(until isReached: () -> Bool) {
    while !isReached() {
      for _ in 0..<64 {
        if isReached() { return }
        t5k_pause()
      }
      t5k_yield()
    }
  }
}
