public import RankingCore

/// RankT5: each document by itself, by how relevant it is rated.
///
/// By the prompt `rankt5-digits` the score is the expected value of a rating from 0 to 9, and each
/// document carries the probabilities of the ten ratings. By the prompt `rankt5`, the paper's, it is the
/// raw logit of `<extra_id_10>`.
///
/// Source: Zhuang et al. 2022, arXiv 2210.10634.
public struct RankT5: PointwiseScorer, Reranker {
  let scorer: PromptedT5

  /// A scorer over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: The mode is not used, nor what only pairs need.
  /// - Throws: `RerankingError.unusableOptions` for a model that is no T5, a prompt of another mode or
  ///   a scale that the prompt does not offer; `.unusablePrompt` for labels that the vocabulary lacks.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    let prompts = try model.prompts(for: [.rank], options)
    scorer = try PromptedT5(
      model, prompts[0], scale: model.scale(for: .rank, options), options: options)
  }

  /// Expected value or logit, as the prompt's rule has it.
  public var scale: ScoreScale { scorer.scale }

  /// Scores documents for one query; see `PointwiseScorer`.
  public func scores(
    of documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(RerankingError) -> ScoredDocuments {
    try scorer.score(documents, for: query, progress: progress)
  }

  /// Scores pairs of a query and a document, in their order.
  public func scores(for pairs: [TextPair]) throws(RerankingError) -> [Double] {
    try scorer.score(pairs)
  }
}
