public import RankingCore
public import Tokenization

/// Token vectors of documents, made by a ColBERT before there was a query.
///
/// A document's vectors are those that the model would compute for it now, to the last bit, or rounded to
/// half precision.
public protocol DocumentVectors: Sendable {
  /// Where they are, for errors.
  var path: String { get }
  /// That of the model which made them: `ColBERT.fingerprint`.
  var fingerprint: String { get }
  /// The numbers of each vector.
  var dimension: Int { get }
  /// The most tokens of a document that were read.
  var maximumTokens: Int { get }
  /// What control tokens spelt in documents became.
  var specialTokens: SpecialTokenPolicy { get }
  /// Whether vectors were rounded to IEEE half precision.
  var isRounded: Bool { get }

  /// The vectors of a document; nil where none are kept under its identifier, or were made of another
  /// text.
  ///
  /// - Throws: `RerankingError.unusableModel` for vectors that are not as they were written.
  func vectors(of document: Document) throws(RerankingError) -> (any StoredTokenVectors)?
}
