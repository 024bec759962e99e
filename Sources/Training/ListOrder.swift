import RankingCore

/// The order in which lists are learnt from: all of them, shuffled anew for each round.
///
/// A function of the seed and the number of draws, so that a resumed training goes on where it was.
package struct ListOrder: Sendable {
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

  /// Splits the lists of several tasks into those that are kept out and those that are learnt from.
  ///
  /// A query that is kept out of one task, to validate on, is learnt from in none.
  /// The queries of each task come in an order that depends on the seed and their texts, and the first are kept
  /// out, so that tasks with the same data keep out the same ones.
  ///
  /// - Parameters:
  ///   - queries: By task, those of its lists.
  ///   - keepOut: So many lists of each task are kept out, at most half.
  /// - Returns: By task, indices of its lists.
  package static func split(
    _ queries: [[String]], keepOut: Int, seed: UInt64
  ) -> [(keptOut: [Int], others: [Int])] {
    let keptOut = queries.map { kept(of: $0, keepOut: min(keepOut, $0.count / 2), seed: seed) }
    var unseen: Set<String> = []
    for (queries, indices) in zip(queries, keptOut) {
      for index in indices { unseen.insert(queries[index]) }
    }
    return zip(queries, keptOut).map { queries, keptOut in
      (keptOut, queries.indices.filter { !unseen.contains(queries[$0]) })
    }
  }

  private static func kept(of queries: [String], keepOut: Int, seed: UInt64) -> [Int] {
    let places = Dictionary(grouping: queries.indices) { queries[$0] }
    let order = places.keys.map { (hash: hash(of: $0, seed: seed), query: $0) }
      .sorted { $0.hash != $1.hash ? $0.hash < $1.hash : $0.query < $1.query }
    var kept: [Int] = []
    for (_, query) in order {
      // All lists of a query or none.
      let lists = places[query] ?? []
      if kept.count + lists.count <= keepOut { kept += lists }
      if kept.count == keepOut { break }
    }
    return kept.sorted()
  }

  /// FNV-1a, mixed with a seed.
  private static func hash(of text: String, seed: UInt64) -> UInt64 {
    mixed(
      seed, text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
  }
}
