import RankingCore
import Support
import Testing

@Suite("A ranking")
struct RankingTests {
  private func entries(_ scores: [Double]) -> [RankedDocument] {
    scores.enumerated().map {
      RankedDocument(
        document: Document(id: "d\($0.offset)", text: ""), score: $0.element, scale: .logit,
        candidateIndex: $0.offset)
    }
  }

  @Test("The best document comes first, and equal scores keep the candidates' order")
  func sortsByScoreThenCandidate() {
    let ranking = Ranking(sorting: entries([1, 3, -.infinity, 3, 2, 1]))
    #expect(ranking.map(\.document.id) == ["d1", "d3", "d4", "d0", "d5", "d2"])
    #expect(ranking.map(\.score) == [3, 3, 2, 1, 1, -.infinity])
  }

  @Test("The order in which entries arrive does not matter", arguments: 0..<20 as Range<UInt64>)
  func ignoresArrival(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let entries = entries((0..<30).map { _ in Double(Int.random(in: 0..<5, using: &random)) })
    #expect(Ranking(sorting: entries.shuffled(using: &random)) == Ranking(sorting: entries))
  }

  @Test("The top k are the first k, all of them where there are fewer, none below 1")
  func top() {
    let ranking = Ranking(sorting: entries([1, 3, 2]))
    #expect(ranking.top(2).map(\.document.id) == ["d1", "d2"])
    #expect(ranking.top(7) == ranking)
    #expect(ranking.top(0).isEmpty)
    #expect(ranking.top(-1).isEmpty)
    #expect(Ranking(sorting: []).top(3).isEmpty)
  }

  @Test("A ranking of entries already in order leaves them so")
  func keepsOrder() {
    #expect(Ranking(ordered: entries([1, 3, 2])).map(\.score) == [1, 3, 2])
  }
}
