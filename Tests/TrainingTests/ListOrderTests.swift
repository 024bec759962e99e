import Support
import Testing
import Training

@Suite("Lists that are kept out")
struct ListOrderTests {
  private static let queries = (0..<40).map { "query \($0)" }

  @Test("What one task keeps out, none learns from")
  func disjoint() {
    // The second task has half of the first one's queries, some twice, and the third has none of them.
    let half = Array(Self.queries.prefix(20) + Self.queries.prefix(5))
    let tasks = [Self.queries, half, ["x", "y", "z", "z"]]
    for seed in 1...20 as ClosedRange<UInt64> {
      let splits = ListOrder.split(tasks, keepOut: 8, seed: seed)
      let kept = Set(zip(tasks, splits).flatMap { task, split in split.keptOut.map { task[$0] } })
      for (task, split) in zip(tasks, splits) {
        #expect(!split.others.isEmpty && split.others.allSatisfy { !kept.contains(task[$0]) })
        #expect(Set(split.others).isDisjoint(with: split.keptOut))
      }
      #expect(splits[0].keptOut.count == 8)
      #expect((6...8).contains(splits[1].keptOut.count))
    }
  }

  @Test("Tasks with the same data keep out the same, and the seed decides what")
  func same() {
    let splits = ListOrder.split([Self.queries, Self.queries], keepOut: 6, seed: 1)
    #expect(splits[0].keptOut == splits[1].keptOut)
    #expect(splits[0].keptOut.count + splits[0].others.count == 40)
    #expect(splits[0] != ListOrder.split([Self.queries], keepOut: 6, seed: 2)[0])
  }

  @Test("At least half is learnt from, and a single query is never kept out")
  func half() {
    #expect(ListOrder.split([Self.queries], keepOut: 1000, seed: 1)[0].keptOut.count == 20)
    let one = ListOrder.split([["q", "q", "q"]], keepOut: 2, seed: 1)[0]
    #expect(one.keptOut.isEmpty && one.others == [0, 1, 2])
  }
}
