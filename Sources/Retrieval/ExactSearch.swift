import Kernels
import Synchronization

/// Finds the documents with the greatest dot products, by computing all of them.
///
/// Products of blocks of documents with a batch of queries; each thread keeps the best of its own
/// documents. A score depends on its query and its document alone, to the last bit.
struct ExactSearch<Rows: VectorRows>: Sendable {
  private let rows: Rows

  /// Documents of one product: their embeddings and scores stay in a second-level cache.
  private static var blockCount: Int { 512 }
  /// Queries of one product; more share a pass over the documents, but leave the cache.
  private static var queryCount: Int { 256 }

  init(_ rows: Rows) {
    self.rows = rows
  }

  /// For each query the best documents, best first; among equal scores the one that comes first in the
  /// index.
  ///
  /// A document whose score is NaN or −∞, as sums of infinite products are, is left out.
  ///
  /// - Precondition: Queries are as wide as the documents; the limit is positive.
  func best(_ limit: Int, for queries: Embeddings, threads: Int) -> [[TopDocuments.Entry]] {
    precondition(queries.dimension == rows.dimension, "a query is as wide as the documents")
    let limit = min(limit, max(rows.count, 1))
    var results: [[TopDocuments.Entry]] = []
    results.reserveCapacity(queries.count)
    for start in stride(from: 0, to: queries.count, by: Self.queryCount) {
      let batch = start..<min(start + Self.queryCount, queries.count)
      let nextBlock = BlockCounter()
      let found = Mutex<[[[TopDocuments.Entry]]]>([])
      ThreadTeam.run(count: threads) { _ in
        let best = scan(blocksFrom: nextBlock, for: queries, batch, limit)
        found.withLock { $0.append(best) }
      }
      let parts = found.withLock { $0 }
      for index in batch.indices {
        let candidates = parts.flatMap { $0[index - start] }.sorted { $1.isWorse(than: $0) }
        results.append(Array(candidates.prefix(limit)))
      }
    }
    return results
  }

  /// Hands out blocks in their order; a class because all threads share it.
  private final class BlockCounter: Sendable {
    private let next = Atomic(0)

    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
  }

  /// The best documents of the blocks that one thread takes.
  ///
  /// The blocks ascend, as `TopDocuments` needs.
  private func scan(
    blocksFrom counter: BlockCounter, for queries: Embeddings, _ batch: Range<Int>, _ limit: Int
  ) -> [[TopDocuments.Entry]] {
    let workspace = Workspace()
    let left = workspace.matrix(rows: batch.count, columns: rows.dimension)
    queries.values.withUnsafeBufferPointer { values in
      // In bounds: the batch is some rows of the queries, and `left` has as many.
      if let first = values.baseAddress {
        left.pointer.update(from: first + batch.lowerBound * rows.dimension, count: left.count)
      }
    }
    let scratch = workspace.matrix(rows: Self.blockCount, columns: rows.dimension)
    var best = [TopDocuments](repeating: TopDocuments(limit: limit), count: batch.count)
    while case let start = counter.take() * Self.blockCount, start < rows.count {
      let block = start..<min(start + Self.blockCount, rows.count)
      let scores = workspace.matrix(rows: batch.count, columns: block.count)
      rows.withFloats(block, scratch: scratch) {
        MatrixProduct.transposed(left, $0, into: scores)
      }
      for query in best.indices {
        // In bounds: a row of the scores.
        let row = UnsafeBufferPointer(
          start: scores.pointer + query * block.count, count: block.count)
        best[query].insert(row, from: start)
      }
    }
    return best.map(\.sorted)
  }
}

extension TopDocuments {
  /// Inserts consecutive documents.
  fileprivate mutating func insert(_ scores: UnsafeBufferPointer<Float>, from first: Int) {
    var threshold = threshold
    // Most blocks hold none of the best, which one fast look at all scores tells.
    guard Double(scores[indexOfGreatest(scores)]) > threshold else { return }
    for (place, score) in scores.enumerated() where Double(score) > threshold {
      insert(document: UInt32(first + place), score: Double(score))
      threshold = self.threshold
    }
  }
}
