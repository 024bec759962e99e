public import RankingCore

/// duoT5: compares documents in pairs, by how likely the first is to be more relevant.
///
/// Compares the first `depth` candidates with each other and orders them by an aggregate of the
/// answers. The others follow in their given order, with the scale `given` and minus their position
/// as score.
///
/// Source: Pradeep et al. 2021 (Expando-Mono-Duo), arXiv 2101.05667.
public struct DuoT5: Reranker {
  private let prompted: PromptedT5
  private let aggregation: PairwiseAggregation
  private let pairSelection: PairSelection
  private let maximumPairs: Int
  /// How many candidates are compared.
  public let depth: Int

  /// A reranker over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: Neither the mode nor the scale is used: scores are always the aggregation's.
  /// - Throws: `RerankingError.unusableOptions` for a model that is no T5, a prompt of another mode or
  ///   a depth below 1; `.unusablePrompt` for labels that the vocabulary lacks.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    try self.init(model, try model.prompts(for: [.duo], options)[0], options: options)
  }

  init(
    _ model: ModelDirectory, _ prompt: Prompt, options: RerankerOptions
  ) throws(RerankingError) {
    guard options.depth >= 1 else {
      throw .unusableOptions(reason: "expected a depth of at least 1, found \(options.depth)")
    }
    prompted = try PromptedT5(model, prompt, scale: nil, options: options)
    aggregation = options.aggregation
    pairSelection = options.pairSelection
    maximumPairs = options.maximumPairs
    depth = options.depth
  }

  /// Ranks the candidates; see `Reranker`.
  public func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(RerankingError) -> RerankingResult {
    let compared = Array(candidates.prefix(depth))
    let (head, tally) = try rank(compared, for: query, progress: progress)
    let tail = candidates.indices.dropFirst(depth).map { index in
      RankedDocument(
        document: candidates[index], score: -Double(index), scale: .given, candidateIndex: index)
    }
    return RerankingResult(
      ranking: Ranking(ordered: head.entries + tail), statistics: tally.statistics)
  }

  /// What the model says about pairs of documents.
  ///
  /// - Parameters:
  ///   - pairs: By positions in `documents`.
  ///   - progress: Called from any thread with (finished, total) pairs.
  /// - Throws: `RerankingError` for an empty query, or a score that is not finite.
  /// - Precondition: All positions are below `documents.count`.
  public func preferences(
    among documents: [Document], pairs: [IndexPair], for query: Query,
    progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(RerankingError) -> ComparedDocuments {
    try compare(documents, pairs, count: pairs.count, for: query, progress: progress)
  }

  /// All ordered pairs of some 16,000 documents; their answers take 2 GB.
  private static let mostPairs = 1 << 28

  /// How many pairs are compared among so many candidates.
  ///
  /// - Throws: `RerankingError.tooManyPairs` if the options do not allow as many.
  func pairCount(among candidates: Int) throws(RerankingError) -> Int {
    let count = pairSelection.pairCount(among: min(candidates, depth))
    // Whatever the caller allows, the answers must fit into memory.
    let limit = min(maximumPairs, Self.mostPairs)
    guard count <= limit else { throw .tooManyPairs(found: count, limit: limit) }
    return count
  }

  /// Compares all of some documents with each other; equal scores keep their order.
  func rank(
    _ documents: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)?
  ) throws(RerankingError) -> (ranking: Ranking, tally: ScoringTally) {
    let count = try pairCount(among: documents.count)
    let compared = try compare(
      documents, pairSelection.lazyPairs(count: documents.count), count: count, for: query,
      progress: progress)
    let scores = aggregation.scores(from: compared.preferences)
    let entries = zip(documents, scores).enumerated().map { index, pair in
      RankedDocument(
        document: pair.0, score: pair.1, scale: .preference, candidateIndex: index)
    }
    return (Ranking(sorting: entries), compared.tally)
  }

  private func compare(
    _ documents: [Document], _ pairs: some Sequence<IndexPair>, count: Int, for query: Query,
    progress: (@Sendable (Int, Int) -> Void)?
  ) throws(RerankingError) -> ComparedDocuments {
    try query.checkText()
    let encodedQuery = EncodedQuery(id: query.id, text: prompted.encode(query: query.text))
    let texts = prompted.runner.map(count: documents.count) {
      prompted.encoder.encode(documents[$0].text)
    }
    var preferences = PreferenceMatrix(count: documents.count)
    var tally = ScoringTally()
    tally.add(pairs: count)
    var finished = 0
    var rest = pairs.makeIterator()
    while finished < count {
      var slice: [IndexPair] = []
      while slice.count < prompted.runner.sliceCount, let pair = rest.next() {
        slice.append(pair)
      }
      let prompts = slice.map {
        prompted.encoder.encode(
          query: encodedQuery.text, documents: [texts[$0.first], texts[$0.second]])
      }
      for (pair, prompt) in zip(slice, prompts) {
        try encodedQuery.check(prompt)
        tally.note(prompt, query: 0, documents: [pair.first, pair.second])
      }
      let logits = prompted.runner.logits(
        of: prompts, tally: &tally,
        progress: Reranking.progress(ofPartAfter: finished, of: count, to: progress))
      for (pair, logits) in zip(slice, logits) {
        let answer = prompted.scoring.logOdds(logits)
        guard answer.value.isFinite else {
          let first = documents[pair.first].name(at: pair.first)
          let second = documents[pair.second].name(at: pair.second)
          throw .scoreNotFinite(
            documentID: "\(first) before \(second)", found: "\(answer.value)")
        }
        preferences[pair.first, over: pair.second] = answer
      }
      finished += slice.count
    }
    return ComparedDocuments(preferences: preferences, tally: tally)
  }
}
