import Kernels

/// Finds the documents with the greatest dot products, by computing all of them.
///
/// Products of blocks of documents with a batch of queries; each thread keeps the best of its own
/// documents. A score depends on its query and its document alone, to the last bit.
struct ExactSearch: Sendable {
  private let rows: EmbeddingRows

  /// Documents of one product: their embeddings and scores stay in a second-level cache.
  private static let blockCount = 512
  /// Queries of one product; more share a pass over the documents, but leave the cache.
  private static let queryCount = 256
  /// Parts a thread, so that all end at about the same time.
  private static let partsPerThread = 4

  init(_ rows: EmbeddingRows) {
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
    let parts = parts(threads: threads)
    var results: [[TopDocuments.Entry]] = []
    results.reserveCapacity(queries.count)
    for start in stride(from: 0, to: queries.count, by: Self.queryCount) {
      let batch = start..<min(start + Self.queryCount, queries.count)
      let found = ThreadTeam.map(count: parts.count, threads: threads) {
        scan(parts[$0], for: queries, batch, limit)
      }
      for index in batch.indices {
        let candidates = found.flatMap { $0[index - start] }.sorted { $1.isWorse(than: $0) }
        results.append(Array(candidates.prefix(limit)))
      }
    }
    return results
  }

  /// Ranges of whole blocks.
  private func parts(threads: Int) -> [Range<Int>] {
    let blocks = (rows.count + Self.blockCount - 1) / Self.blockCount
    let count = min(blocks, max(threads, 1) * Self.partsPerThread)
    return (0..<count).map {
      blocks * $0 / count
        * Self.blockCount..<min(blocks * ($0 + 1) / count * Self.blockCount, rows.count)
    }
  }

  private func scan(
    _ part: Range<Int>, for queries: Embeddings, _ batch: Range<Int>, _ limit: Int
  ) -> [[TopDocuments.Entry]] {
    let workspace = Workspace()
    let left = workspace.matrix(rows: batch.count, columns: rows.dimension)
    queries.values.withUnsafeBufferPointer { values in
      for row in batch {
        // In bounds: a row of the queries, and one of as many rows of `left`.
        let source = UnsafeBufferPointer(
          rebasing: values[row * rows.dimension..<(row + 1) * rows.dimension])
        if let start = source.baseAddress {
          (left.pointer + (row - batch.lowerBound) * rows.dimension).update(
            from: start, count: rows.dimension)
        }
      }
    }
    let scratch = workspace.matrix(rows: Self.blockCount, columns: rows.dimension)
    var best = [TopDocuments](repeating: TopDocuments(limit: limit), count: batch.count)
    for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.blockCount) {
      let block = start..<min(start + Self.blockCount, part.upperBound)
      let scores = workspace.matrix(rows: batch.count, columns: block.count)
      rows.withFloats(block, scratch: scratch) {
        MatrixProduct.transposed(left, $0, into: scores)
      }
      for query in best.indices {
        // In bounds: a row of the scores.
        let row = UnsafeBufferPointer(
          start: scores.pointer + query * block.count, count: block.count)
        var threshold = best[query].threshold
        for (place, score) in row.enumerated() where Double(score) > threshold {
          best[query].insert(document: UInt32(start + place), score: Double(score))
          threshold = best[query].threshold
        }
      }
    }
    return best.map { $0.sorted }
  }
}
