import RankingCore

/// A reranker of a cascade, or one that ranks alone.
struct NamedReranker: Sendable {
  let name: String
  let reranker: any Reranker

  /// What ranks within a reranker, first to last.
  static func stages(of reranker: any Reranker) -> [NamedReranker] {
    if let both = reranker as? MonoDuo { return stages(of: both.cascade) }
    guard let cascade = reranker as? Cascade else {
      return [NamedReranker(name: name(of: reranker), reranker: reranker)]
    }
    return cascade.stages.flatMap { stage in
      guard let name = stage.name else { return stages(of: stage.reranker) }
      return [NamedReranker(name: name, reranker: stage.reranker)]
    }
  }

  private static func name(of reranker: any Reranker) -> String {
    (reranker as? any SourcedScorer).map { type(of: $0).name } ?? "reranker"
  }

  /// What an explanation says about it.
  var description: Explanation.Stage {
    let source = (reranker as? any SourcedScorer)?.source
    let scale =
      reranker is DuoT5 ? ScoreScale.preference : (reranker as? any PointwiseScorer)?.scale
    return Explanation.Stage(
      name: name, scale: scale, modelPath: source?.modelPath, prompt: source?.prompt)
  }
}

extension [NamedReranker] {
  /// The last reranker of a type.
  func last<Scorer>(as type: Scorer.Type) -> (stage: NamedReranker, scorer: Scorer)? {
    for stage in reversed() {
      if let scorer = stage.reranker as? Scorer { return (stage, scorer) }
    }
    return nil
  }
}
