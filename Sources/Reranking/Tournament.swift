/// Single elimination; when a winner is known it leaves, and only its way up is played again.
///
/// n − 1 comparisons find the best, and log₂ n at most each one after it. All matches whose players
/// are known are played in the same round. Those who are never best follow by how far they came.
struct Tournament: PairwiseStrategy {
  /// Who stands at a node of the tree.
  private enum Player {
    case unknown
    case nobody
    case document(Int)
  }

  private let top: Int
  private let leaves: Int
  private var best: [Int] = []
  /// A complete binary tree; the root is 1, and the children of i are 2i and 2i + 1.
  private var players: [Player]
  /// For each document, how many matches it has won.
  private var wins: [Int]
  private var matches: [Int] = []
  private var asked: [IndexPair] = []
  /// The nodes whose match may have become possible.
  private var open: [Int]

  init(count: Int, top: Int) {
    let count = max(count, 0)
    self.top = top
    wins = Array(repeating: 0, count: count)
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.leaves = leaves
    players = Array(repeating: .unknown, count: 2 * leaves)
    for leaf in 0..<leaves { players[leaves + leaf] = leaf < count ? .document(leaf) : .nobody }
    open = Array((leaves / 2)..<leaves).filter { $0 > 0 }
  }

  var ranking: [Int] {
    let placed = Set(best)
    // A stable order: equal numbers of wins keep the given one.
    return best
      + wins.indices.filter { !placed.contains($0) }
      .sorted { wins[$0] == wins[$1] ? $0 < $1 : wins[$0] > wins[$1] }
  }

  mutating func nextPairs(atMost limit: Int) -> [IndexPair] {
    guard limit > 0 else { return [] }
    matches = []
    asked = []
    repeat {
      settle()
      if !asked.isEmpty { break }
    } while takeWinner()
    matches = Array(matches.prefix(limit))
    asked = Array(asked.prefix(limit))
    return asked
  }

  /// Finds the matches that can be played, and lets those without an opponent go up.
  private mutating func settle() {
    var waiting = open
    var scheduled: Set<Int> = []
    open = []
    while let node = waiting.popLast() {
      switch (players[2 * node], players[2 * node + 1]) {
      case (.unknown, _), (_, .unknown): continue
      case (.document(let one), .document(let other)):
        guard scheduled.insert(node).inserted else { continue }
        matches.append(node)
        asked.append(IndexPair(first: one, second: other))
      case (.nobody, let player), (let player, .nobody):
        players[node] = player
        if node > 1 { waiting.append(node / 2) }
      }
    }
  }

  /// Takes the winner out of the tree; false when enough are known.
  private mutating func takeWinner() -> Bool {
    guard best.count < top, case .document(let winner) = players[1] else { return false }
    best.append(winner)
    // Below the last of the best, no order is needed.
    guard best.count < top else { return false }
    var node = leaves + winner
    players[node] = .nobody
    while node > 1 {
      node /= 2
      players[node] = .unknown
    }
    if leaves > 1 { open = [(leaves + winner) / 2] }
    return true
  }

  mutating func receive(_ answers: [LogOdds]) {
    for (node, (pair, answer)) in zip(matches, zip(asked, answers)) {
      let winner = pair.winner(answer)
      wins[winner] += 1
      players[node] = .document(winner)
      if node > 1 { open.append(node / 2) }
    }
    matches = []
    asked = []
  }
}
