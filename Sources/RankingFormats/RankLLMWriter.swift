import JSON
public import RankingCore

/// Writes rankings in rank_llm's form, one JSON object a line, best candidate first.
///
/// Members that came with the request and its candidates stay as they were, in their order; each
/// candidate's `score` is the new one. A rating's `distribution` over its labels goes beside it, and one
/// from an earlier rating goes away with the score that it belongs to. Documents of a cascade have the
/// `stage` that decided about them, and `stage_scores` by the stages' names; those of an earlier cascade
/// go away too. Documents that were read in windows have the best `window`, by its `start` and `end` in Unicode
/// scalars of the candidate's own text, without its title; one from earlier goes away.
public struct RankLLMWriter: Sendable {
  /// A writer without a state: each line stands for itself.
  public init() {}

  /// One line, with its end.
  public func text(of ranking: Ranking, for request: RankingRequest) -> String {
    let candidates = ranking.map { entry -> JSONValue in
      var candidate =
        request.candidates.indices.contains(entry.candidateIndex)
        ? request.candidates[entry.candidateIndex] : JSONObject()
      candidate["score"] = JSONValue(entry.score) ?? .null
      candidate["distribution"] = entry.distribution.map { values in
        .array(values.map { JSONValue($0) ?? .null })
      }
      if entry.window != nil || isWindow(candidate["window"]) {
        candidate["window"] = entry.window.map { window(of: entry.document, $0) }
      }
      if entry.stage != nil || candidate["stage_scores"] != nil {
        candidate["stage"] = entry.stage.map { .string($0) }
        candidate["stage_scores"] = entry.stage.map { _ in stageScores(of: entry) }
      }
      return .object(candidate)
    }
    var members = request.envelope
    members["candidates"] = .array(candidates)
    return JSONValue.object(members).serialized() + "\n"
  }

  private func window(of document: Document, _ range: Range<Int>) -> JSONValue {
    func place(_ place: Int) -> JSONValue { JSONValue(max(place - document.bodyStart, 0)) }
    return ["start": place(range.lowerBound), "end": place(range.upperBound)]
  }

  /// Whether a member is a window of ours, and not one that a user calls so.
  private func isWindow(_ value: JSONValue?) -> Bool {
    value?.object.map { Set($0.map(\.key)) == ["start", "end"] } ?? false
  }

  private func stageScores(of entry: RankedDocument) -> JSONValue {
    var scores = JSONObject()
    for stage in entry.stageScores { scores[stage.stage] = JSONValue(stage.score) ?? .null }
    return .object(scores)
  }
}
