import Support
import Testing
import Transformers

/// How sequences are cut into batches.
@Suite struct BatchPlanTests {
  private func tokens(_ batch: [Int], _ lengths: [Int]) -> Int {
    batch.reduce(0) { $0 + lengths[$1] }
  }

  @Test("Every sequence is in one batch, none of which is too large for more than one sequence")
  func batches() {
    var random = SeededRandom(seed: 23)
    for threads in [1, 2, 8] {
      for limit in [1, 100, 2048, .max] {
        for count in [1, 3, 200] {
          let lengths = (0..<count).map { _ in Int.random(in: 1...400, using: &random) }
          let plan = BatchPlan(lengths, threads: threads, batchTokens: limit)
          #expect(plan.batches.flatMap { $0 }.sorted() == Array(lengths.indices))
          for batch in plan.batches where batch.count > 1 {
            #expect(tokens(batch, lengths) <= limit)
          }
        }
      }
    }
    #expect(BatchPlan([], threads: 2, batchTokens: 10).batches.isEmpty)
  }

  @Test("Threads that take batches in turn end within a twentieth of the time", arguments: [2, 3])
  func evenness(threads: Int) {
    var random = SeededRandom(seed: 24)
    for count in [10, 30, 100, 1000] {
      let lengths = (0..<count).map { _ in Int.random(in: 60...180, using: &random) }
      let plan = BatchPlan(lengths, threads: threads, batchTokens: 2048)
      #expect(!plan.sharesSteps)
      var busy = Array(repeating: 0, count: threads)
      for batch in plan.batches {
        let free = busy.indices.min { busy[$0] < busy[$1] } ?? 0
        busy[free] += tokens(batch, lengths)
      }
      let share = Double(lengths.reduce(0, +)) / Double(threads)
      // Ten texts of these lengths are up to a fifth of a thread's share each.
      #expect(Double(busy.max() ?? 0) < (count == 10 ? 1.15 : 1.05) * share, "\(count)")
    }
  }

  @Test("Threads share the steps of batches that would leave some of them idle")
  func sharing() {
    for lengths in [[500], [1], [100, 100, 100], [400, 50], [9000]] {
      #expect(BatchPlan(lengths, threads: 2, batchTokens: 2048).sharesSteps, "\(lengths)")
      #expect(!BatchPlan(lengths, threads: 1, batchTokens: 2048).sharesSteps, "\(lengths)")
    }
    for lengths in [[100, 100], [100, 90, 10], Array(repeating: 100, count: 10)] {
      #expect(!BatchPlan(lengths, threads: 2, batchTokens: 2048).sharesSteps, "\(lengths)")
    }
  }
}
