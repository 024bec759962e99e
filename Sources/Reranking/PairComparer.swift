import Digests
import RankingCore

/// Asks a duoT5 about pairs of some documents for one query; each text is encoded at most once.
struct PairComparer {
  let documents: [Document]
  private let prompted: PromptedT5
  private let query: Query
  // Filled where the cache lacks an answer.
  private var encodedQuery: EncodedQuery<EncodedText>?
  private var encodedTexts: [EncodedText?]
  // nil without a cache.
  private let digests: (query: Digest, documents: [Digest])?
  /// What else is known of the documents, as log-odds, and how much it counts in each pair.
  private var earlier: (logOdds: [Double], weight: Double)?

  /// - Throws: `RerankingError` for an empty query.
  init(
    _ prompted: PromptedT5, _ documents: [Document], _ query: Query
  ) throws(RerankingError) {
    try query.checkText()
    self.prompted = prompted
    self.documents = documents
    self.query = query
    encodedTexts = Array(repeating: nil, count: documents.count)
    digests =
      prompted.runner.cache == nil
      ? nil
      : (
        AnswerCache.digest(of: query.text),
        documents.map { AnswerCache.digest(of: $0.text) }
      )
  }

  /// Lets the difference of two documents' log-odds count so much in the answer about them, and the model the rest.
  ///
  /// - Parameters:
  ///   - logOdds: One for each document, finite.
  ///   - weight: From 0 to 1.
  mutating func weigh(_ logOdds: [Double], _ weight: Double) {
    precondition(logOdds.count == documents.count, "each document has log-odds")
    earlier = (logOdds, weight)
  }

  /// The log-odds that each pair's first document is above its second one, in packed batches.
  ///
  /// - Throws: `RerankingError` for a query that leaves no room, or a score that is not finite.
  mutating func answers(
    to pairs: [IndexPair], tally: inout ScoringTally, progress: Progress?
  ) throws(RerankingError) -> [LogOdds] {
    var odds: [LogOdds] = []
    odds.reserveCapacity(pairs.count)
    let (prompted, digests) = (prompted, digests)
    // All prompts of a great many pairs would not fit into memory.
    while odds.count < pairs.count {
      let slice = pairs.dropFirst(odds.count).prefix(prompted.runner.sliceCount)
      let answers = try prompted.runner.answers(
        count: slice.count, tally: &tally,
        progress: Reranking.progress(ofPartAfter: odds.count, of: pairs.count, to: progress),
        keys: { cache in
          guard let digests else { return [] }
          return slice.map { pair in
            cache.key(
              query: digests.query,
              documents: [digests.documents[pair.first], digests.documents[pair.second]])
          }
        },
        encode: { offsets throws(RerankingError) in
          try encode(offsets.map { slice[slice.startIndex + $0] })
        })
      tally.add(pairs: slice.count)
      for (pair, answer) in zip(slice, answers) {
        tally.note(answer, query: 0, documents: [pair.first, pair.second])
        odds.append(try logOdds(answer, pair))
      }
    }
    return odds
  }

  private mutating func encode(_ pairs: [IndexPair]) throws(RerankingError) -> [EncodedPrompt] {
    let query =
      encodedQuery ?? EncodedQuery(id: query.id, text: prompted.encoder.encode(query.text))
    encodedQuery = query
    let new = Set(pairs.flatMap { [$0.first, $0.second] }).filter { encodedTexts[$0] == nil }
      .sorted()
    let (encoder, documents) = (prompted.encoder, documents)
    let texts = prompted.runner.map(count: new.count) { encoder.encode(documents[new[$0]].text) }
    for (index, text) in zip(new, texts) { encodedTexts[index] = text }
    var prompts: [EncodedPrompt] = []
    prompts.reserveCapacity(pairs.count)
    for pair in pairs {
      let texts = [pair.first, pair.second].compactMap { encodedTexts[$0] }
      let prompt = encoder.encode(query: query.text, documents: texts)
      try prompt.check(queryID: query.id)
      prompts.append(prompt)
    }
    return prompts
  }

  private func logOdds(
    _ answer: ModelAnswer, _ pair: IndexPair
  ) throws(RerankingError) -> LogOdds {
    let odds = prompted.scoring.logOdds(answer.logits)
    guard odds.value.isFinite else {
      let first = documents[pair.first].name(at: pair.first)
      let second = documents[pair.second].name(at: pair.second)
      throw .scoreNotFinite(documentID: "\(first) before \(second)", found: "\(odds.value)")
    }
    guard let earlier else { return odds }
    let difference = earlier.logOdds[pair.first] - earlier.logOdds[pair.second]
    return LogOdds((1 - earlier.weight) * odds.value + earlier.weight * difference)
  }
}
