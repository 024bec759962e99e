public import RankingCore

/// An encoder (BERT, one of its kin, ModernBERT or DeBERTa) or a T5 that reads a query and a document together,
/// and a classifier behind it.
///
/// Scores as sentence-transformers' `CrossEncoder` does: the model's activation decides what the scores
/// mean unless the options do, and a pair that is too long is cut by `longest_first` unless they
/// say `Truncation.document`. Documents are ordered by the logit in any case.
///
/// Source: Nogueira and Cho 2019, arXiv 1901.04085; sentence-transformers 6.2.
public struct CrossEncoder: PointwiseScorer, Reranker {
  let scorer: PairedBERT

  /// A scorer over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: The mode is not used, nor what only pairs of documents need.
  /// - Throws: `RerankingError.unusableOptions` for a model without a classifier, any prompt, a scale that is
  ///   not offered, or a budget beyond the model's positions; `.unusableModel` for a classifier of
  ///   more than two labels or an unknown activation.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    if let prompt = options.prompts.first {
      throw .unusableOptions(
        reason: "expected no prompt for mode cross, as a cross-encoder reads none, found \(prompt)")
    }
    scorer = try PairedBERT(model, options: options)
  }

  /// Logit (the classifier's output), log-probability or probability.
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
