public import RankingCore
public import Tokenization

/// A BERT that makes a vector of each token of a query and of each token of a document, and scores by how
/// well the document's vectors match the query's: Σ over the query of the greatest similarity.
///
/// Documents are read by themselves, so that their vectors may be kept: see
/// `RerankerOptions.documentVectors`.
///
/// Source: Khattab and Zaharia 2020, arXiv 2004.12832; colbert-ai 0.2.22; PyLate 1.6.
public struct ColBERT: PointwiseScorer, Reranker {
  let scorer: LateInteractionBERT
  /// The directory, as the caller named it.
  public let path: String
  private let directory: ModelDirectory
  private let options: RerankerOptions

  /// A scorer over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: The mode is not used, nor what only pairs of documents need.
  /// - Throws: `RerankingError.unusableOptions` for a model that is no ColBERT, any prompt, another scale
  ///   than `maxSim`, a budget beyond the model's positions, or document vectors of another model.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    if let prompt = options.prompts.first {
      throw .unusableOptions(
        reason: "expected no prompt for mode colbert, as a ColBERT reads none, found \(prompt)")
    }
    scorer = try LateInteractionBERT(model, options: options)
    path = model.path
    directory = model
    self.options = options
  }

  /// `maxSim`.
  public var scale: ScoreScale { scorer.scale }
  /// The numbers of a token's vector.
  public var dimension: Int { scorer.dimension }
  /// The most tokens of a document, control tokens included.
  public var maximumTokens: Int { scorer.texts.maximumTokens }
  /// What control tokens spelt in queries and documents become.
  public var specialTokens: SpecialTokenPolicy { scorer.texts.specialTokens }

  /// Tells models apart: a hash of all files that vectors depend on.
  ///
  /// - Throws: `RerankingError.unusableModel` for a file that has changed since the model was read.
  public func fingerprint() throws(RerankingError) -> String {
    try LateInteractionBERT.fingerprint(of: directory, options)
  }

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

  /// The vectors of a query's tokens: of all of them, and of the `[MASK]`s behind them.
  public func vectors(ofQuery query: String) -> TokenVectors {
    var tally = ScoringTally()
    return scorer.vectors(ofQuery: query, tally: &tally)
  }

  /// The vectors of some documents' tokens, in the documents' order; without those of punctuation.
  ///
  /// - Parameter progress: Called from any thread, one call at a time, with (finished, total) documents.
  public func vectors(
    ofDocuments documents: [String],
    progress: (@Sendable (_ finished: Int, _ total: Int) -> Void)? = nil
  ) -> [TokenVectors] {
    scorer.vectors(ofDocuments: documents, progress: progress)
  }
}
