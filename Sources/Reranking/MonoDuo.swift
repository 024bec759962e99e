public import RankingCore

/// monoT5 over all candidates, then duoT5 over its best `depth`: a cascade of two stages.
///
/// The others follow in monoT5's order, with its scores. Documents that duoT5 scores equally keep
/// monoT5's order. Where monoT5 reads windows, duoT5 reads of each document the best of them.
///
/// A model may have learnt both from one teacher, so that the difference of two documents' log-odds by mono
/// estimates what duo says about the pair. Then each pair's log-odds are (1 − w) times duo's and w times mono's,
/// w being the `monoWeight`: two estimates with errors of their own have less of them together. With w = 0, as
/// in the paper and for all models that do not say otherwise, duo decides alone.
///
/// Source: Pradeep et al. 2021 (Expando-Mono-Duo), arXiv 2101.05667.
public struct MonoDuo: Reranker {
  let cascade: Cascade

  /// A cascade over one model; both stages share its weights and memory.
  ///
  /// - Parameter options: The mode is not used. `prompts` may hold one for each stage. A scale is that
  ///   of the documents that only monoT5 scored; `preference` and nil leave them their own.
  /// - Throws: As `MonoT5` and `DuoT5` do, and `RerankingError.unusableOptions` for a `monoWeight` that is
  ///   not from 0 to below 1.
  public init(
    _ model: ModelDirectory, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) {
    let prompts = try model.prompts(for: [.mono, .duo], options)
    let scale = model.scale(for: .monoDuo, options)
    let mono = try MonoT5(
      model, prompts[0], scale: scale == .preference ? nil : scale, options: options)
    var duoOptions = options
    duoOptions.passages = .first
    let monoWeight = options.monoWeight ?? model.manifest?.monoWeight ?? 0
    guard 0..<1 ~= monoWeight else {
      throw .unusableOptions(
        reason: "expected a weight of mono from 0 to below 1, found \(monoWeight)")
    }
    let duo = try DuoT5(model, prompts[1], monoWeight: monoWeight, options: duoOptions)
    cascade = try Cascade([
      Cascade.Stage(reranker: mono, depth: .max), Cascade.Stage(reranker: duo, depth: duo.depth),
    ])
  }

  /// Ranks the candidates; see `Reranker`.
  ///
  /// `progress` counts both stages in one total.
  public func rerank(
    _ candidates: [Document], for query: Query, progress: (@Sendable (Int, Int) -> Void)? = nil
  ) throws -> RerankingResult {
    try cascade.rerank(candidates, for: query, progress: progress)
  }
}
