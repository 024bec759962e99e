import RankingCore
import Reranking
import T5RankCLI

/// A model that scores a document by the number that its text starts with, and 0 without one.
struct FakeReranker: Reranker {
  var mode = RankingMode.mono
  var shortenedDocuments = 0
  /// Called before each query; what it throws is what the model throws.
  var before: @Sendable (Query) throws -> Void = { _ in }

  func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws -> RerankingResult {
    try before(query)
    let entries = candidates.enumerated().map { index, document in
      let number = document.text.split(separator: " ").first.flatMap { Double($0) }
      return RankedDocument(
        document: document, score: number ?? 0, scale: .logit, candidateIndex: index)
    }
    var statistics = RerankingStatistics()
    statistics.forwardPasses = candidates.count
    statistics.shortenedDocuments = shortenedDocuments
    return RerankingResult(ranking: Ranking(sorting: entries), statistics: statistics)
  }

  /// Gives this model, whichever is asked for.
  var opener: ModelOpener {
    { _, _ in RankingModel(mode: mode, reranker: self) }
  }
}
