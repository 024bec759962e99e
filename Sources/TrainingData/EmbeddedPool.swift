public import Retrieval

/// A pool's queries and passages as embeddings, which find and score.
public struct EmbeddedPool: PassageScorer, CandidateFinder {
  private let queries: Embeddings
  private let passages: Embeddings
  private let threads: Int

  /// Texts that are embedded together: enough that those of about one length are many.
  private static let sliceCount = 8192

  /// Embeds a pool.
  ///
  /// - Parameters:
  ///   - threads: Those that search; results do not depend on it.
  ///   - progress: Called from any thread, one call at a time, with (finished, total) texts.
  public init(
    _ pool: MiningPool, encoder: BiEncoder, threads: Int,
    progress: (@Sendable (_ finished: Int, _ total: Int) -> Void)? = nil
  ) throws(BiEncoderError) {
    let total = pool.passages.count + pool.queries.count
    var finished = 0
    func embed(
      _ texts: [String],
      _ embed: ([String], (@Sendable (Int, Int) -> Void)?) throws(BiEncoderError) -> Embeddings
    ) throws(BiEncoderError) -> Embeddings {
      var values: [Float] = []
      values.reserveCapacity(texts.count * encoder.dimension)
      for start in stride(from: 0, to: texts.count, by: Self.sliceCount) {
        let slice = Array(texts[start..<min(start + Self.sliceCount, texts.count)])
        let before = finished
        values += try embed(slice) { done, _ in progress?(before + done, total) }.values
        finished += slice.count
      }
      return encoder.comparable(Embeddings(dimension: encoder.dimension, values: values))
    }
    passages = try embed(pool.passages) { texts, progress throws(BiEncoderError) in
      try encoder.embed(documents: texts, progress: progress)
    }
    queries = try embed(pool.queries.map(\.text)) { texts, progress throws(BiEncoderError) in
      try encoder.embed(queries: texts, progress: progress)
    }
    self.threads = threads
  }

  /// How many texts were embedded.
  public var count: Int { queries.count + passages.count }

  /// The model's similarities: cosines, or dot products.
  public func scores(for pairs: [PoolPair]) -> [Double] {
    pairs.map { passages.product(of: $0.passage, with: queries, row: $0.query) }
  }

  func candidates(for range: Range<Int>, limit: (Int) -> Int) -> [[Int]] {
    guard let most = range.map(limit).max(), most > 0 else { return range.map { _ in [] } }
    let width = queries.dimension
    let some = Embeddings(
      dimension: width,
      values: Array(queries.values[range.lowerBound * width..<range.upperBound * width]))
    let found = passages.nearest(most, to: some, threads: threads)
    return zip(range, found).map { query, found in found.prefix(limit(query)).map(\.index) }
  }
}
