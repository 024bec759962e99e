/// What a scorer's numbers mean.
///
/// Scores of two scales are never added or compared.
public enum ScoreScale: String, Sendable, Hashable, CaseIterable {
  /// Natural log-odds (monoT5: true − false), or a raw model output (cross-encoder, `<extra_id_10>`).
  case logit
  /// Natural logarithm of a probability, at most 0.
  case logProbability = "log-probability"
  /// A probability, 0…1.
  case probability
  /// The expected value of a rating, in the rating's unit (RankT5 digits: 0…9).
  case expectedValue = "expected-value"
  /// A sum over a document's pairs (duoT5); its range depends on the aggregation and the depth.
  case preference
  /// A BM25 score, in nats times saturated frequencies; at least 0.
  case bm25
  /// The dot product of two embeddings; of unit vectors it is the cosine, −1…1.
  case similarity
  /// A sum over the tokens of a query of the greatest cosine with a document's token (ColBERT); its range
  /// is the number of the query's tokens.
  case maxSim = "max-sim"
  /// A sum over the stages of a cascade that scored the document: of reciprocal ranks, or of shares of
  /// normalised scores (0…1).
  case fused
  /// What ordered the candidate before any model: the score that came with it, or minus its position
  /// (from 0) among the candidates.
  case given
}
