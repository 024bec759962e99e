/// How sequences are cut into batches for several threads.
///
/// Batches are as even as whole sequences allow, and as many for each thread, so that threads which are equally
/// fast end together.
package struct BatchPlan: Sendable {
  /// Positions of sequences.
  package let batches: [[Int]]
  /// Whether all threads share the steps of each batch, because whole sequences would leave some idle.
  package let sharesSteps: Bool

  /// Below this a batch's decoder, which reads all of its weights for few rows, costs more than evenness gains.
  private static let fewestTokens = 512
  /// Batches a thread, where they are large enough: a thread that is slowed down leaves some to the others.
  private static let usualRounds = 3
  /// What sharing steps costs: it pays where whole sequences would take longer than this times an even share.
  private static let sharingCost = 1.15

  /// - Parameters:
  ///   - lengths: The tokens of each sequence.
  ///   - batchTokens: The most tokens of a batch, but for a single longer sequence; `.max` for no limit.
  package init(_ lengths: [Int], threads: Int, batchTokens: Int) {
    let threads = max(threads, 1)
    let total = lengths.reduce(0, +)
    // More room than there are tokens is no more use, and could overflow.
    let batchTokens = min(max(batchTokens, 1), max(total, 1))
    let order = lengths.indices.sorted {
      lengths[$0] != lengths[$1] ? lengths[$0] > lengths[$1] : $0 < $1
    }
    let share = Double(total) / Double(threads)
    if threads > 1, share > 0 {
      let parts = Self.evenly(order, lengths, parts: threads, limit: .max)
      let longest = parts.map { $0.reduce(0) { $0 + lengths[$1] } }.max() ?? 0
      if Double(longest) > Self.sharingCost * share {
        sharesSteps = true
        let count = (total + batchTokens - 1) / batchTokens
        batches = Self.evenly(order, lengths, parts: count, limit: batchTokens)
        return
      }
    }
    sharesSteps = false
    let needed = (total + threads * batchTokens - 1) / (threads * batchTokens)
    let rounds = max(needed, min(Self.usualRounds, total / (threads * Self.fewestTokens)), 1)
    batches = Self.evenly(order, lengths, parts: rounds * threads, limit: batchTokens)
  }

  /// Gives each sequence, long ones first, to the part that has the fewest tokens, where it has room for it.
  ///
  /// Source: Graham 1969, bounds on multiprocessing timing anomalies (longest processing time first).
  private static func evenly(
    _ order: [Int], _ lengths: [Int], parts count: Int, limit: Int
  ) -> [[Int]] {
    var parts = Array(repeating: [Int](), count: min(max(count, 1), order.count))
    var heap = parts.indices.map { (tokens: 0, part: $0) }
    for sequence in order {
      if let least = heap.first, !parts[least.part].isEmpty,
        least.tokens + lengths[sequence] > limit
      {
        // There is room nowhere.
        heap.append((0, parts.count))
        parts.append([])
        rise(&heap)
      }
      parts[heap[0].part].append(sequence)
      heap[0].tokens += lengths[sequence]
      sink(&heap)
    }
    return parts
  }

  // The least part is the first of a binary heap.

  private static func isBefore(_ one: (tokens: Int, part: Int), _ other: (tokens: Int, part: Int))
    -> Bool
  {
    one.tokens != other.tokens ? one.tokens < other.tokens : one.part < other.part
  }

  private static func rise(_ heap: inout [(tokens: Int, part: Int)]) {
    var place = heap.count - 1
    while place > 0, isBefore(heap[place], heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private static func sink(_ heap: inout [(tokens: Int, part: Int)]) {
    var place = 0
    while let child = [2 * place + 1, 2 * place + 2].filter({ $0 < heap.count })
      .min(by: { isBefore(heap[$0], heap[$1]) }), isBefore(heap[child], heap[place])
    {
      heap.swapAt(place, child)
      place = child
    }
  }
}
