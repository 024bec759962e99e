import Tokenization

/// What goes through a model for one score, and what of its texts was cut away.
protocol EncodedSequence: Sendable {
  /// Empty if the score needs no forward pass.
  var tokens: [TokenID] { get }
  /// What computing the score costs, in tokens.
  var weight: Int { get }
  /// For each document, in the order in which it was handed over, whether it lost tokens.
  var documentsShortened: [Bool] { get }
  var queryShortened: Bool { get }
  /// Whether a document's vectors were looked for and not found.
  var lacksStoredVectors: Bool { get }

  /// Refuses what cannot be scored.
  ///
  /// - Parameter queryID: What errors call the query.
  func check(queryID: String) throws(RerankingError)
}

extension EncodedSequence {
  var weight: Int { tokens.count }
  var lacksStoredVectors: Bool { false }

  /// Refuses a sequence without any token: the model has nothing to read.
  func check(queryID: String) throws(RerankingError) {
    guard !tokens.isEmpty else {
      throw .unusableQuery(
        id: queryID,
        reason: "expected a query or document that the tokenizer has tokens for, found none")
    }
  }
}
