import RankingCore

/// The numbers below a count in random order, one at a time.
///
/// Fisher and Yates' shuffle, of which only what has moved is kept.
struct DistinctNumbers: Sendable {
  private let count: Int
  private var random: SplitMix64
  private var taken = 0
  /// What stands at places whose own number has been taken.
  private var moved: [Int: Int] = [:]

  init(below count: Int, random: SplitMix64) {
    self.count = count
    self.random = random
  }

  /// The next number; nil when all were given.
  mutating func next() -> Int? {
    guard taken < count else { return nil }
    let place = Int.random(in: taken..<count, using: &random)
    let number = moved[place] ?? place
    moved[place] = moved[taken] ?? taken
    moved[taken] = nil
    taken += 1
    return number
  }
}
