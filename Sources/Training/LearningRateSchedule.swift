#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The share of the learning rate at each step of a training.
public struct LearningRateSchedule: Sendable, Hashable {
  /// What comes after the warm-up.
  public enum Decay: String, Sendable, Hashable, CaseIterable {
    case constant
    case linear
    case cosine
  }

  /// What comes after the warm-up.
  public var decay: Decay
  /// Steps over which the share rises from nearly 0 to 1.
  public var warmup: Int
  /// The share that is left at the end.
  public var floor: Double

  /// A schedule, by default linear to nothing.
  public init(decay: Decay = .linear, warmup: Int = 0, floor: Double = 0) {
    self.decay = decay
    self.warmup = warmup
    self.floor = floor
  }

  /// The share at a step, from 0 to `steps` − 1.
  public func share(at step: Int, of steps: Int) -> Double {
    let rising = warmup > 0 ? min(1, Double(step + 1) / Double(warmup)) : 1
    let left = max(steps - warmup, 1)
    let done = min(max(Double(step - warmup) / Double(left), 0), 1)
    let falling =
      switch decay {
      case .constant: 1.0
      case .linear: 1 - done
      case .cosine: 0.5 * (1 + cos(.pi * done))
      }
    return rising * (floor + (1 - floor) * falling)
  }
}
