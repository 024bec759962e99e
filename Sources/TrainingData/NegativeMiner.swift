import RankingCore

/// Finds negatives for the queries of a pool.
///
/// Each kind proposes passages in its order; those that the limits admit are taken, until there are as
/// many as asked. Scores are computed for what is proposed, and for nothing else. What a query gets
/// depends on the pool, the options and its place, not on threads.
public struct NegativeMiner: Sendable {
  private let pool: MiningPool
  private let options: MiningOptions
  private let words: WordPool?
  private let embeddings: EmbeddedPool?
  private let teacher: (any PassageScorer)?
  /// What the limits are about.
  private let judge: (any PassageScorer)?

  /// A random passage that is left out is replaced by another, but not for ever.
  private static let drawsPerNegative = 10

  /// A miner.
  ///
  /// - Parameters:
  ///   - words: Needed for negatives of the kind `bm25`, and for limits without a teacher.
  ///   - embeddings: Needed for negatives of the kind `encoder`.
  ///   - teacher: Its scores are written, and the limits are about them; nil: BM25's are only for the
  ///     limits.
  /// - Precondition: What is needed is there.
  public init(
    _ pool: MiningPool, options: MiningOptions, words: WordPool? = nil,
    embeddings: EmbeddedPool? = nil, teacher: (any PassageScorer)? = nil
  ) {
    for share in options.negatives {
      precondition(share.kind != .bm25 || words != nil, "bm25 needs an index of words")
      precondition(share.kind != .encoder || embeddings != nil, "encoder needs embeddings")
    }
    precondition(
      options.limits.isEmpty || teacher != nil || words != nil, "limits need scores")
    self.pool = pool
    self.options = options
    self.words = words
    self.embeddings = embeddings
    self.teacher = teacher
    judge = teacher ?? (options.limits.isEmpty ? nil : words)
  }

  /// The examples of some queries, in their order; a query without any negative has none.
  ///
  /// - Parameter report: What is found is added to it.
  public func mine(
    _ queries: Range<Int>, into report: inout MiningReport
  ) throws -> [TrainingExample] {
    var searches = try searches(for: queries)
    if let judge {
      let pairs = searches.flatMap { search in
        pool.queries[search.query].positives.map { PoolPair(query: search.query, passage: $0) }
      }
      var scores = try judge.scores(for: pairs)[...]
      for place in searches.indices {
        let count = pool.queries[searches[place].query].positives.count
        searches[place].positiveScores = Array(scores.prefix(count))
        scores = scores.dropFirst(count)
      }
    }
    while true {
      var proposals: [(search: Int, share: Int, passage: Int)] = []
      for place in searches.indices {
        proposals += searches[place].propose(&report).map { (place, $0.share, $0.passage) }
      }
      if proposals.isEmpty { break }
      let scores = try judge?.scores(
        for: proposals.map { PoolPair(query: searches[$0.search].query, passage: $0.passage) })
      for (number, proposal) in proposals.enumerated() {
        searches[proposal.search].take(
          proposal.passage, for: proposal.share, score: scores?[number], options.limits, &report)
      }
    }
    return searches.compactMap { example(of: $0, &report) }
  }

  private func searches(for queries: Range<Int>) throws -> [NegativeSearch] {
    func limit(_ query: Int) -> Int {
      // The positives may be found too, and take no rank.
      let count = pool.queries[query].positives.count
      return options.ranks.upperBound.addingReportingOverflow(count).overflow
        ? .max : options.ranks.upperBound + count
    }
    var lists: [NegativeKind: [[Int]]] = [:]
    for share in options.negatives {
      switch share.kind {
      case .bm25: lists[.bm25] = try words?.candidates(for: queries, limit: limit)
      case .encoder: lists[.encoder] = embeddings?.candidates(for: queries, limit: limit)
      case .random, .given: break
      }
    }
    return queries.map { query in
      let positives = Set(pool.queries[query].positives)
      let streams = options.negatives.map { share in
        let list = lists[share.kind]?[query - queries.lowerBound]
        return stream(share, for: query, among: list?.filter { !positives.contains($0) } ?? [])
      }
      return NegativeSearch(
        query: query, positives: positives,
        streams: zip(options.negatives, streams).map { ($0, $1) })
    }
  }

  /// - Parameter found: What BM25 or encoder found, without the query's positives.
  private func stream(
    _ share: NegativeShare, for query: Int, among found: [Int]
  ) -> CandidateStream {
    switch share.kind {
    case .given: return CandidateStream(listed: pool.queries[query].negatives)
    case .random:
      let numbers = DistinctNumbers(below: pool.passages.count, random: random(share.kind, query))
      let (limit, overflow) = share.count.multipliedReportingOverflow(by: Self.drawsPerNegative)
      return CandidateStream(drawing: numbers, limit: overflow ? .max : limit)
    case .bm25, .encoder:
      let window = Array(
        found.prefix(options.ranks.upperBound).dropFirst(options.ranks.lowerBound - 1))
      switch options.sampling {
      case .top: return CandidateStream(listed: window)
      case .random:
        let numbers = DistinctNumbers(below: window.count, random: random(share.kind, query))
        return CandidateStream(drawing: numbers, from: window)
      }
    }
  }

  /// Chance for one kind and one query.
  private func random(_ kind: NegativeKind, _ query: Int) -> SplitMix64 {
    var seeds = SplitMix64(seed: options.seed)
    let kinds = NegativeKind.allCases
    let number = UInt64(query * kinds.count + (kinds.firstIndex(of: kind) ?? 0))
    return SplitMix64(seed: seeds.next() ^ number)
  }

  private func example(
    of search: NegativeSearch, _ report: inout MiningReport
  ) -> TrainingExample? {
    report.queries += 1
    for (share, passages) in zip(options.negatives, search.taken) {
      report.negatives[share.kind, default: 0] += passages.count
    }
    let negatives = search.taken.flatMap { $0 }
    guard !negatives.isEmpty else {
      report.emptyQueries += 1
      return nil
    }
    if !search.isComplete { report.shortQueries += 1 }
    let query = pool.queries[search.query]
    let hasTeacher = teacher != nil
    return TrainingExample(
      query: query.text,
      positives: query.positives.enumerated().map { place, passage in
        .init(
          pool.passages[passage], grade: query.grades[place],
          score: hasTeacher ? search.positiveScores[place] : nil)
      },
      negatives: negatives.map {
        .init(pool.passages[$0.passage], grade: 0, score: hasTeacher ? $0.score : nil)
      })
  }
}
