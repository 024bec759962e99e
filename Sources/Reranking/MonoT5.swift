public import RankingCore

/// monoT5: each document by itself, by how likely the answer is that it is relevant.
///
/// Documents are ordered by the log-odds of the two answers, whatever scale the scores are in.
///
/// Source: Nogueira et al. 2020, arXiv 2003.06713.
public struct MonoT5: PointwiseScorer, Reranker {
  let scorer: PromptedT5

  /// A scorer over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: The mode is not used, nor what only pairs need.
  /// - Throws: `RerankingError.unusableOptions` for a model that is no T5, a prompt of another mode or
  ///   a scale that the prompt does not offer; `.unusablePrompt` for labels that the vocabulary lacks.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    let prompts = try model.prompts(for: [.mono], options)
    try self.init(
      model, prompts[0], scale: model.scale(for: .mono, options), options: options)
  }

  init(
    _ model: ModelDirectory, _ prompt: Prompt, scale: ScoreScale?, options: RerankerOptions
  ) throws(RerankingError) {
    scorer = try PromptedT5(model, prompt, scale: scale, options: options)
  }

  /// Logit (natural log-odds), log-probability or probability.
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
