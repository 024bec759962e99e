/// An algorithm that ranks documents by comparing some pairs of them: it says which, and is told the
/// answers.
///
/// It knows nothing of models. Call `nextPairs`, then `receive` with one answer a pair, until no
/// pairs come; the pairs of one call do not depend on each other, so that they can be scored at once.
/// Whatever the answers are, even contradictory ones, `ranking` is an order of all documents, at any
/// time; it is the best that can be said so far.
public protocol PairwiseStrategy: Sendable {
  /// All documents, best first. Those of which nothing better is known are in their given order.
  var ranking: [Int] { get }

  /// The comparisons to ask next; none when the ranking is finished, or no useful one is allowed.
  ///
  /// - Parameter limit: How many may still be asked, at all: fewer than that of a round means the last.
  mutating func nextPairs(atMost limit: Int) -> [IndexPair]

  /// Takes the answers to the pairs that `nextPairs` gave last.
  ///
  /// - Parameter answers: The log-odds that a pair's first document is above its second one. Even odds
  ///   leave the two in their given order.
  mutating func receive(_ answers: [LogOdds])
}

extension IndexPair {
  /// The document that an answer puts above; of equal ones, the one that was given first.
  func winner(_ answer: LogOdds) -> Int {
    if answer.value == 0 { return min(first, second) }
    return answer.value > 0 ? first : second
  }
}
