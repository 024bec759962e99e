import Reranking

extension Console {
  /// Says how many bytes were not UTF-8; nothing where all were.
  ///
  /// - Parameters:
  ///   - name: The file that they were in; nil where all that was read is meant.
  ///   - hint: What can be done about it; nil where nothing can.
  func noteReplacedBytes(
    _ count: Int, in name: String? = nil, hint: String? = "--strict-utf8 refuses them"
  ) {
    guard count > 0 else { return }
    let place = name.map { "\($0): " } ?? ""
    let advice = hint.map { " (\($0))" } ?? ""
    note(
      "\(place)\(counted(count, "byte was", "bytes were")) not UTF-8 and became U+FFFD\(advice)")
  }

  /// Says what became of texts and scores in a whole run.
  ///
  /// - Parameters:
  ///   - loweredScores: How many of a TREC run's were lowered.
  ///   - replacedBytes: How many of the input were not UTF-8.
  func noteRun(_ statistics: RerankingStatistics, loweredScores: Int, replacedBytes: Int) {
    noteReplacedBytes(replacedBytes)
    if statistics.shortenedDocuments > 0 {
      note(
        "\(counted(statistics.shortenedDocuments, "document was", "documents were")) "
          + "shortened to fit the token budget")
    }
    if statistics.shortenedQueries > 0 {
      note(
        "\(counted(statistics.shortenedQueries, "query was", "queries were")) "
          + "shortened to fit the token budget")
    }
    if loweredScores > 0 {
      note(
        "\(counted(loweredScores, "score was", "scores were")) lowered, so that scores "
          + "fall strictly with rank as trec_eval needs")
    }
    if let cache = statistics.cacheSummary { note(cache) }
    if let vectors = statistics.vectorsSummary { note(vectors) }
  }
}
