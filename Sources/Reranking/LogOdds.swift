#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The natural logarithm of p / (1 − p): a probability that never saturates.
///
/// Near 0 and 1 a `Double` probability runs out of digits (from log-odds of about 37 on it is
/// exactly 1), and with them goes the order of the documents. The log-odds keep it, and every other
/// scale is computed from them without overflow.
public struct LogOdds: Sendable, Hashable, Comparable {
  /// Any number from −infinity to infinity; 0 is even odds.
  public let value: Double

  /// Takes natural log-odds.
  public init(_ value: Double) {
    self.value = value
  }

  /// p, 0…1; exactly ½ for log-odds of 0.
  public var probability: Double {
    // Each branch takes the exponential of a number that is not positive, so it cannot overflow.
    if value >= 0 { return 1 / (1 + exp(-value)) }
    let odds = exp(value)
    return odds / (1 + odds)
  }

  /// log p, at most 0; finite wherever `value` is.
  public var logProbability: Double {
    // log p = −log(1 + e^−x) = x − log(1 + e^x), whichever exponential cannot overflow.
    value >= 0 ? -log1p(exp(-value)) : value - log1p(exp(value))
  }

  /// The log-odds of 1 − p.
  public var complement: LogOdds { LogOdds(-value) }

  /// Whether the first probability is smaller, even where both round to the same number.
  public static func < (first: LogOdds, second: LogOdds) -> Bool { first.value < second.value }
}
