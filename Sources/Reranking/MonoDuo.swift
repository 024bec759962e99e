public import RankingCore

/// monoT5 over all candidates, then duoT5 over its best `depth`.
///
/// The others follow in monoT5's order, with its scores. Documents that duoT5 scores equally keep
/// monoT5's order.
///
/// Source: Pradeep et al. 2021 (Expando-Mono-Duo), arXiv 2101.05667.
public struct MonoDuo: Reranker {
  private let mono: MonoT5
  private let duo: DuoT5

  /// A cascade over one model; both stages share its weights and memory.
  ///
  /// - Parameter options: The mode is not used. `prompts` may hold one for each stage. A scale is that
  ///   of the documents that only monoT5 scored; `preference` and nil leave them their own.
  /// - Throws: As `MonoT5` and `DuoT5` do.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    let prompts = try model.prompts(for: [.mono, .duo], options)
    let scale = model.scale(for: .monoDuo, options)
    mono = try MonoT5(
      model, prompts[0], scale: scale == .preference ? nil : scale, options: options)
    duo = try DuoT5(model, prompts[1], options: options)
  }

  /// Ranks the candidates; see `Reranker`.
  ///
  /// `progress` counts both stages in one total.
  public func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws(RerankingError) -> RerankingResult {
    let total = candidates.count + (try duo.pairCount(among: candidates.count))
    let scored = try mono.scores(
      of: candidates, for: query,
      progress: Reranking.progress(ofPartAfter: 0, of: total, to: progress))
    let first = scored.ranking(of: candidates)
    let best = first.entries.prefix(duo.depth)
    let (second, tally) = try duo.rank(
      best.map(\.document), for: query,
      progress: Reranking.progress(ofPartAfter: candidates.count, of: total, to: progress))
    let head = second.entries.map { entry in
      var entry = entry
      entry.candidateIndex = best[entry.candidateIndex].candidateIndex
      return entry
    }
    var both = scored.tally
    both.add(tally) { best[$0].candidateIndex }
    return RerankingResult(
      ranking: Ranking(ordered: head + first.entries.dropFirst(duo.depth)),
      statistics: both.statistics)
  }
}
