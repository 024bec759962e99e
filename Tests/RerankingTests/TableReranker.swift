import RankingCore
import Reranking

/// Scores the document with the identifier `n` by the n-th of some scores.
struct TableReranker: Reranker {
  let scores: [Double]

  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    let entries = candidates.enumerated().map { index, document in
      RankedDocument(
        document: document, score: Int(document.id).map { scores[$0] } ?? 0, scale: .logit,
        candidateIndex: index)
    }
    return RerankingResult(
      ranking: Ranking(sorting: entries), statistics: RerankingStatistics())
  }
}
