/// What duoT5 said about pairs of n documents: for each asked pair (i, j) the log-odds that i is
/// more relevant than j.
public struct PreferenceMatrix: Sendable, Hashable {
  /// The number of documents, n.
  public let count: Int
  // Row-major `[count, count]`; NaN where the pair was not asked: half the size of an optional.
  private var logOdds: [Double]

  /// A matrix in which no pair has been asked.
  ///
  /// - Precondition: `count` is not negative, and its square fits in an `Int`.
  public init(count: Int) {
    precondition(count >= 0, "a matrix cannot have \(count) documents")
    self.count = count
    self.logOdds = Array(repeating: .nan, count: count * count)
  }

  /// A matrix of answers.
  ///
  /// - Parameters:
  ///   - count: The number of documents; each index of a pair is below it.
  ///   - pairs: The pairs that were asked.
  ///   - answers: Aligned with `pairs`: the log-odds that the pair's first document is above.
  public init(count: Int, pairs: [IndexPair], answers: [LogOdds]) {
    precondition(pairs.count == answers.count, "each pair has one answer")
    self.init(count: count)
    for (pair, answer) in zip(pairs, answers) { self[pair.first, over: pair.second] = answer }
  }

  /// The log-odds that document `first` is more relevant than `second`; nil if that was not asked.
  ///
  /// - Precondition: Both are below `count` and different; a new value is not NaN (scorers check
  ///   that their scores are finite, and throw).
  public subscript(first: Int, over second: Int) -> LogOdds? {
    get {
      let stored = logOdds[index(first, second)]
      return stored.isNaN ? nil : LogOdds(stored)
    }
    set {
      precondition(newValue?.value.isNaN != true, "the log-odds of a pair cannot be NaN")
      logOdds[index(first, second)] = newValue?.value ?? .nan
    }
  }

  /// As the subscript, but a pair that was asked only the other way round answers 1 − p(second over
  /// first); nil if it was asked neither way.
  public func preference(of first: Int, over second: Int) -> LogOdds? {
    self[first, over: second] ?? self[second, over: first]?.complement
  }

  /// Whether the same pairs were asked, with the same answers.
  public static func == (one: PreferenceMatrix, other: PreferenceMatrix) -> Bool {
    // Written out because NaN, which stands for an unasked pair, is not equal to itself.
    one.count == other.count
      && zip(one.logOdds, other.logOdds).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  private func index(_ first: Int, _ second: Int) -> Int {
    precondition(
      (0..<count).contains(first) && (0..<count).contains(second) && first != second,
      "(\(first), \(second)) is no pair among \(count) documents")
    return first * count + second
  }
}
