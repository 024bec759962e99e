import RankingCore

/// Asks a duoT5 about pairs of some documents for one query; each text is encoded once.
struct PairComparer {
  let documents: [Document]
  private let prompted: PromptedT5
  private let query: EncodedQuery
  private let texts: [EncodedText]

  /// - Throws: `RerankingError` for an empty query.
  init(
    _ prompted: PromptedT5, _ documents: [Document], _ query: Query
  ) throws(RerankingError) {
    try query.checkText()
    self.prompted = prompted
    self.documents = documents
    self.query = EncodedQuery(id: query.id, text: prompted.encode(query: query.text))
    texts = prompted.runner.map(count: documents.count) {
      prompted.encoder.encode(documents[$0].text)
    }
  }

  /// The log-odds that each pair's first document is above its second one, in packed batches.
  ///
  /// - Throws: `RerankingError` for a query that leaves no room, or a score that is not finite.
  func answers(
    to pairs: [IndexPair], tally: inout ScoringTally, progress: Progress?
  ) throws(RerankingError) -> [LogOdds] {
    var answers: [LogOdds] = []
    answers.reserveCapacity(pairs.count)
    // All prompts of a great many pairs would not fit into memory.
    while answers.count < pairs.count {
      let finished = answers.count
      let slice = pairs.dropFirst(finished).prefix(prompted.runner.sliceCount)
      let prompts = slice.map {
        prompted.encoder.encode(
          query: query.text, documents: [texts[$0.first], texts[$0.second]])
      }
      for (pair, prompt) in zip(slice, prompts) {
        try query.check(prompt)
        tally.note(prompt, query: 0, documents: [pair.first, pair.second])
      }
      let logits = prompted.runner.logits(
        of: prompts, tally: &tally,
        progress: Reranking.progress(ofPartAfter: finished, of: pairs.count, to: progress))
      tally.add(pairs: slice.count)
      for (pair, logits) in zip(slice, logits) {
        let answer = prompted.scoring.logOdds(logits)
        guard answer.value.isFinite else {
          let first = documents[pair.first].name(at: pair.first)
          let second = documents[pair.second].name(at: pair.second)
          throw .scoreNotFinite(
            documentID: "\(first) before \(second)", found: "\(answer.value)")
        }
        answers.append(answer)
      }
    }
    return answers
  }
}
