public import RankingCore

/// duoT5: compares documents in pairs, by how likely the first is to be more relevant.
///
/// Compares the first `depth` candidates with each other and orders them by an aggregate of the
/// answers. The others follow in their given order, with the scale `given` and minus their position
/// as score.
///
/// Source: Pradeep et al. 2021 (Expando-Mono-Duo), arXiv 2101.05667.
public struct DuoT5: Reranker {
  let prompted: PromptedT5
  private let options: RerankerOptions
  /// What the stage before counts in each pair.
  private let monoWeight: Double
  /// How many candidates are compared.
  public let depth: Int

  /// A reranker over a model; it shares the model's weights and memory.
  ///
  /// - Parameter options: Neither the mode nor the scale is used: scores are always the aggregation's.
  /// - Throws: `RerankingError.unusableOptions` for a model that is no T5, a prompt of another mode,
  ///   a depth below 1, a limit of pairs that the strategy cannot keep, or passages other than `first`;
  ///   `.unusablePrompt` for labels that the vocabulary lacks.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    try self.init(model, try model.prompts(for: [.duo], options)[0], options: options)
  }

  init(
    _ model: ModelDirectory, _ prompt: Prompt, monoWeight: Double = 0, options: RerankerOptions
  ) throws(RerankingError) {
    guard options.depth >= 1 else {
      throw .unusableOptions(reason: "expected a depth of at least 1, found \(options.depth)")
    }
    guard options.passages == .first else {
      throw .unusableOptions(
        reason: "expected passages first for mode duo, which reads one text of each document, "
          + "found \(options.passages.rawValue)")
    }
    guard options.strategyTop >= 1 else {
      throw .unusableOptions(
        reason: "expected at least 1 document to put in order, found \(options.strategyTop)")
    }
    if let limit = options.pairLimit {
      guard options.strategy != .all else {
        throw .unusableOptions(
          reason: "expected a strategy other than all where the pairs of a query are limited")
      }
      guard limit >= 0 else {
        throw .unusableOptions(reason: "expected a limit of at least 0 pairs, found \(limit)")
      }
    }
    prompted = try PromptedT5(model, prompt, scale: nil, options: options)
    self.options = options
    self.monoWeight = monoWeight
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
    let comparer = try PairComparer(prompted, documents, query)
    return try compare(comparer, pairs, count: pairs.count, progress: progress)
  }

  /// pygaggle's.
  public static let usualAggregation = PairwiseAggregation.symmetricSum

  /// All ordered pairs of some 16,000 documents; their answers take 2 GB.
  private static let mostPairs = 1 << 28

  /// The most pairs that are compared among so many candidates.
  ///
  /// - Throws: `RerankingError.tooManyPairs` if the options do not allow as many.
  func pairCount(among candidates: Int) throws(RerankingError) -> Int {
    let count = options.mostPairs(among: candidates)
    // Whatever the caller allows, the answers must fit into memory.
    let limit = min(options.maximumPairs, Self.mostPairs)
    guard count <= limit else { throw .tooManyPairs(found: count, limit: limit) }
    return count
  }

  /// Compares some documents with each other; equal ones keep their order.
  ///
  /// - Parameter earlier: The documents' log-odds by the stage before, of which a share of `monoWeight` goes
  ///   into each pair.
  func rank(
    _ documents: [Document], after earlier: [Double]? = nil, for query: Query,
    progress: (@Sendable (Int, Int) -> Void)?
  ) throws(RerankingError) -> (ranking: Ranking, tally: ScoringTally) {
    let count = try pairCount(among: documents.count)
    var comparer = try PairComparer(prompted, documents, query)
    if monoWeight > 0, let earlier { comparer.weigh(earlier, monoWeight) }
    if let strategy = options.strategy.strategy(
      count: documents.count, top: options.strategyTop,
      aggregation: options.aggregation ?? .bradleyTerry)
    {
      return try rank(comparer, by: strategy, atMost: count, progress: progress)
    }
    let compared = try compare(
      comparer, options.pairSelection.lazyPairs(count: documents.count), count: count,
      progress: progress)
    let aggregation = options.aggregation ?? Self.usualAggregation
    let scores = aggregation.scores(from: compared.preferences)
    let entries = zip(documents, scores).enumerated().map { index, pair in
      RankedDocument(
        document: pair.0, score: pair.1, scale: .preference, candidateIndex: index)
    }
    return (Ranking(sorting: entries), compared.tally)
  }

  /// - Parameter limit: The most pairs, both orders counted; `progress` has it as its total.
  private func rank(
    _ comparer: PairComparer, by algorithm: any PairwiseStrategy, atMost limit: Int,
    progress: (@Sendable (Int, Int) -> Void)?
  ) throws(RerankingError) -> (ranking: Ranking, tally: ScoringTally) {
    var comparer = comparer
    var strategy = algorithm
    var tally = ScoringTally()
    var finished = 0
    while true {
      let pairs = strategy.nextPairs(atMost: (limit - finished) / options.ordersAsked)
      if pairs.isEmpty { break }
      let isSymmetric = options.ordersAsked == 2
      let asked = isSymmetric ? pairs + pairs.map(\.swapped) : pairs
      var answers = try comparer.answers(
        to: asked, tally: &tally,
        progress: Reranking.progress(ofPartAfter: finished, of: limit, to: progress))
      finished += asked.count
      if isSymmetric {
        answers = zip(answers, answers.dropFirst(pairs.count)).map {
          LogOdds(($0.value - $1.value) / 2)
        }
      }
      strategy.receive(answers)
    }
    // Most need fewer than they may.
    if finished < limit { progress?(limit, limit) }
    let entries = strategy.ranking.enumerated().map { position, index in
      RankedDocument(
        document: comparer.documents[index],
        score: Double(comparer.documents.count - 1 - position), scale: .preference,
        candidateIndex: index)
    }
    return (Ranking(ordered: entries), tally)
  }

  private func compare(
    _ comparer: PairComparer, _ pairs: some Sequence<IndexPair>, count: Int,
    progress: (@Sendable (Int, Int) -> Void)?
  ) throws(RerankingError) -> ComparedDocuments {
    var comparer = comparer
    var preferences = PreferenceMatrix(count: comparer.documents.count)
    var tally = ScoringTally()
    var finished = 0
    var rest = pairs.makeIterator()
    while finished < count {
      var slice: [IndexPair] = []
      while slice.count < prompted.runner.sliceCount, let pair = rest.next() {
        slice.append(pair)
      }
      let answers = try comparer.answers(
        to: slice, tally: &tally,
        progress: Reranking.progress(ofPartAfter: finished, of: count, to: progress))
      for (pair, answer) in zip(slice, answers) {
        preferences[pair.first, over: pair.second] = answer
      }
      finished += slice.count
    }
    return ComparedDocuments(preferences: preferences, tally: tally)
  }
}
