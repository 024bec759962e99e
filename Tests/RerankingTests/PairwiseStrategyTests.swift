import Reranking
import Support
import Testing

@Suite("Strategies that choose pairs")
struct PairwiseStrategyTests {
  private static let kinds = PairwiseStrategyKind.allCases.filter { $0 != .all }
  /// Those that put the best in order exactly, if the answers are consistent.
  private static let sorting: [PairwiseStrategyKind] = [
    .heapsort, .quicksort, .sliding, .tournament,
  ]

  private struct Played {
    let ranking: [Int]
    let rounds: [[IndexPair]]
    var comparisons: Int { rounds.reduce(0) { $0 + $1.count } }
  }

  /// Plays a strategy to its end; each ranking on the way must hold every document once.
  private func play(
    _ kind: PairwiseStrategyKind, count: Int, top: Int, limit: Int = .max,
    aggregation: PairwiseAggregation = .bradleyTerry, answer: (IndexPair) -> Double
  ) throws -> Played {
    var strategy = try #require(kind.strategy(count: count, top: top, aggregation: aggregation))
    var rounds: [[IndexPair]] = []
    var left = limit
    while true {
      #expect(strategy.ranking.sorted() == Array(0..<count))
      let pairs = strategy.nextPairs(atMost: left)
      if pairs.isEmpty { break }
      #expect(pairs.count <= left)
      #expect(pairs.allSatisfy { $0.first != $0.second })
      left -= pairs.count
      rounds.append(pairs)
      strategy.receive(pairs.map { LogOdds(answer($0)) })
    }
    #expect(strategy.nextPairs(atMost: left).isEmpty)
    return Played(ranking: strategy.ranking, rounds: rounds)
  }

  @Test("Consistent answers give the best in their exact order", arguments: sorting)
  func exact(kind: PairwiseStrategyKind) throws {
    var random = SeededRandom(seed: 1)
    for count in 0...33 {
      let grades = Array(0..<count).shuffled(using: &random)
      let order = grades.indices.sorted { grades[$0] > grades[$1] }
      for top in [1, 2, 3, 10, count, count + 5] where top > 0 {
        let played = try play(kind, count: count, top: top) {
          Double(grades[$0.first] - grades[$0.second])
        }
        #expect(played.ranking.prefix(top) == order.prefix(top), "\(kind) \(count) \(top)")
      }
    }
  }

  @Test("Even odds keep the given order", arguments: kinds)
  func even(kind: PairwiseStrategyKind) throws {
    for count in 0...33 {
      for top in [1, 10, 33] {
        let played = try play(kind, count: count, top: top) { _ in 0 }
        let kept = Self.sorting.contains(kind) ? min(top, count) : count
        #expect(played.ranking.prefix(kept).elementsEqual(0..<kept), "\(kind) \(count)")
      }
    }
  }

  @Test(
    "Contradictory answers give an order of all, within the bound and any limit", arguments: kinds)
  func contradictory(kind: PairwiseStrategyKind) throws {
    var random = SeededRandom(seed: 2)
    for count in 0...24 {
      for top in [1, 4, 24] {
        let most = kind.mostComparisons(count: count, top: top)
        let whole = try play(kind, count: count, top: top) { _ in
          Double(Int.random(in: -2...2, using: &random))
        }
        #expect(whole.comparisons <= most, "\(kind) \(count) \(top)")
        for limit in [0, 1, most / 3] {
          let played = try play(kind, count: count, top: top, limit: limit) { _ in
            Double.random(in: -3...3, using: &random)
          }
          #expect(played.comparisons <= limit)
        }
      }
    }
  }

  @Test("A limit is used up, but for quicksort, which compares a part as a whole", arguments: kinds)
  func limited(kind: PairwiseStrategyKind) throws {
    let played = try play(kind, count: 20, top: 10, limit: 15) {
      Double($0.first - $0.second)
    }
    #expect(kind == .quicksort ? played.comparisons <= 15 : played.comparisons == 15)
  }

  @Test("An answer that says the first is best at once moves it to the front", arguments: kinds)
  func reversed(kind: PairwiseStrategyKind) throws {
    let played = try play(kind, count: 16, top: 5) { Double($0.first - $0.second) }
    #expect(played.ranking.first == 15)
  }

  @Test("No pair of a round waits for another, and few rounds are needed")
  func rounds() throws {
    var random = SeededRandom(seed: 3)
    let grades = Array(0..<32).shuffled(using: &random)
    func rounds(_ kind: PairwiseStrategyKind, top: Int) throws -> Played {
      try play(kind, count: 32, top: top) { Double(grades[$0.first] - grades[$0.second]) }
    }
    // Every pair of neighbours once, and pass p two rounds behind pass p − 1.
    let sliding = try rounds(.sliding, top: 10)
    #expect(sliding.comparisons == (0..<10).reduce(0) { $0 + 31 - $1 })
    #expect(sliding.rounds.count <= 31 + 10)
    // The five rounds of a full tree; then a way up of at most five for each of the others.
    let tournament = try rounds(.tournament, top: 4)
    #expect(tournament.rounds.prefix(5).map(\.count) == [16, 8, 4, 2, 1])
    #expect(tournament.comparisons <= 31 + 3 * 5)
    // Late in a tournament the last ones may have met already, and then have no opponent.
    let swiss = try rounds(.swiss, top: 1).rounds
    #expect(swiss.count == 7 && swiss[0].count == 16)
    #expect(swiss.allSatisfy { (14...16).contains($0.count) })
    // Distances 1, 2, 4 and 8, and half of 16.
    #expect(try rounds(.sampled, top: 1).rounds.map(\.count) == [4 * 32 + 16])
    // Distances 1 to 5, and nobody after the last.
    #expect(try rounds(.windowed, top: 1).rounds.map(\.count) == [5 * 32 - (1 + 2 + 3 + 4 + 5)])
    // The first part is compared at once.
    #expect(try rounds(.quicksort, top: 32).rounds[0].count == 31)
    // Three levels below the root: eight subtrees of three, children first.
    let heap = try play(.heapsort, count: 31, top: 1) { Double($0.first - $0.second) }
    #expect(heap.rounds.prefix(2).map(\.count) == [8, 8])
  }

  @Test("Two documents never meet twice in a Swiss tournament or a sample")
  func noRematch() throws {
    var random = SeededRandom(seed: 4)
    for kind in [PairwiseStrategyKind.swiss, .sampled, .windowed] {
      for count in 2...20 {
        let played = try play(kind, count: count, top: 1) { _ in
          Double.random(in: -1...1, using: &random)
        }
        let pairs = played.rounds.flatMap { $0 }.map { Set([$0.first, $0.second]) }
        #expect(Set(pairs).count == pairs.count)
      }
    }
  }

  @Test(
    "Consistent answers to a sample order all but neighbours",
    arguments: [PairwiseStrategyKind.sampled, .windowed],
    [.bradleyTerry, .pageRank, .copeland] as [PairwiseAggregation])
  func sample(kind: PairwiseStrategyKind, aggregation: PairwiseAggregation) throws {
    var random = SeededRandom(seed: 5)
    let grades = Array(0..<20).shuffled(using: &random)
    let played = try play(kind, count: 20, top: 1, aggregation: aggregation) {
      Double(grades[$0.first] - grades[$0.second])
    }
    let moved = played.ranking.enumerated().map { abs(19 - grades[$1] - $0) }
    // 70 or 80 of the 190 comparisons: a document cannot be told from those close to it, and by the
    // number of its wins or by its walks less well than by strengths.
    #expect(moved.allSatisfy { $0 <= (aggregation == .bradleyTerry ? 4 : 8) }, "\(moved)")
  }

  @Test(
    "Even odds keep the given order of a sample",
    arguments: [PairwiseStrategyKind.sampled, .windowed],
    [.bradleyTerry, .pageRank, .copeland] as [PairwiseAggregation])
  func evenSample(kind: PairwiseStrategyKind, aggregation: PairwiseAggregation) throws {
    for count in 0...33 {
      let played = try play(kind, count: count, top: 1, aggregation: aggregation) { _ in 0 }
      #expect(played.ranking == Array(0..<count), "\(count)")
    }
  }

  @Test("The numbers of comparisons cannot overflow", arguments: PairwiseStrategyKind.allCases)
  func overflow(kind: PairwiseStrategyKind) {
    #expect(kind.mostComparisons(count: .max, top: .max) > 1 << 60)
    #expect(kind.mostComparisons(count: 1, top: 3) == 0)
    #expect(kind.mostComparisons(count: 0, top: 0) == 0)
  }
}
