import RankingCore

/// The order in which lists are learnt from: all of them, shuffled anew for each round.
///
/// A function of the seed and the number of draws, so that a resumed training goes on where it was.
struct ListOrder: Sendable {
  private let indices: [Int]
  private let seed: UInt64
  private var round: UInt64?
  private var shuffled: [Int] = []

  /// - Precondition: There is at least one.
  init(_ indices: [Int], seed: UInt64) {
    precondition(!indices.isEmpty, "there is a list to learn from")
    self.indices = indices
    self.seed = seed
  }

  /// The list of a draw, and random numbers for what is drawn from it.
  mutating func draw(_ number: UInt64) -> (index: Int, random: SplitMix64) {
    let count = UInt64(indices.count)
    let round = number / count
    if round != self.round {
      var random = SplitMix64(seed: mixed(seed, 2 * round))
      shuffled = indices.shuffled(using: &random)
      self.round = round
    }
    return (
      shuffled[Int(number % count)], SplitMix64(seed: mixed(seed &+ 1, 2 * number + 1))
    )
  }

  /// Splits numbers below `count` into those that are kept out and the others, at random.
  static func split(count: Int, keepOut: Int, seed: UInt64) -> (keptOut: [Int], others: [Int]) {
    var random = SplitMix64(seed: mixed(seed, 0x7e57))
    let shuffled = (0..<count).shuffled(using: &random)
    // At least half is for learning.
    let kept = min(keepOut, count / 2)
    return (shuffled.prefix(kept).sorted(), shuffled.dropFirst(kept).sorted())
  }
}
