import Reranking
import Testing

@Suite("Selections of pairs")
struct PairSelectionTests {
  @Test("All ordered pairs are n(n − 1), each once")
  func allOrdered() {
    let pairs = PairSelection.allOrdered.pairs(count: 3)
    #expect(
      pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]])
  }

  @Test("The upper pairs are those with i < j")
  func upper() {
    let pairs = PairSelection.upper.pairs(count: 4)
    #expect(
      pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
  }

  @Test("The count says how many there will be", arguments: PairSelection.allCases)
  func counts(selection: PairSelection) {
    for count in 0...20 {
      let pairs = selection.pairs(count: count)
      #expect(selection.pairCount(among: count) == pairs.count)
      #expect(Set(pairs).count == pairs.count)
    }
    #expect(PairSelection.allOrdered.pairCount(among: 50) == 2450)
    #expect(PairSelection.upper.pairCount(among: 51) == 1275)
  }

  @Test("A count beyond all integers is the greatest of them", arguments: PairSelection.allCases)
  func overflow(selection: PairSelection) {
    #expect(selection.pairCount(among: .max) == .max)
    #expect(selection.pairCount(among: .max - 1) == .max)
    #expect(selection.pairCount(among: -1) == 0)
    #expect(selection.pairCount(among: .min) == 0)
    #expect(selection.pairs(count: -1).isEmpty)
    // 2³² documents have 2⁶⁴ − 2³² ordered pairs, and half as many, just below 2⁶³, with i < j.
    #expect(PairSelection.upper.pairCount(among: 1 << 32) == (1 << 31) * ((1 << 32) - 1))
    #expect(PairSelection.allOrdered.pairCount(among: 1 << 32) == .max)
  }

  @Test("A swapped pair has the same documents the other way round")
  func swapped() {
    #expect(IndexPair(first: 2, second: 5).swapped == IndexPair(first: 5, second: 2))
  }
}
