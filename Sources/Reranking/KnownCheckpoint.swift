import JSON

/// A checkpoint that is known by its name, and how it is used: one name of an entry of `CheckpointRegistry`.
///
/// An entry is an object: `names`, an array of `owner/model`, of which the last sign may be `*` for any
/// ending; `source`, where its facts are from; and either `mode`, `max_tokens` (but for the mode colbert) and
/// `prompt` (but for the modes cross and colbert), or `no_reranker`, which says what the checkpoint is instead.
public struct KnownCheckpoint: Sendable, Hashable {
  /// How a checkpoint is used.
  public enum Use: Sendable, Hashable {
    /// As a re-ranker, by a shipped prompt if it is a T5 with a head of words; a ColBERT's own files say its
    /// budgets.
    case ranks(mode: RankingMode, prompt: String?, maximumTokens: Int?)
    /// Not as a re-ranker, for a reason that completes "it is".
    case doesNotRank(reason: String)
  }

  /// The name in the registry.
  public let name: String
  /// How it is used.
  public let use: Use
  /// Where that is from.
  public let source: String

  static func entry(_ value: JSONValue, at place: String) throws(Mismatch) -> [KnownCheckpoint] {
    let object = try StrictObject(
      value, at: place, required: ["names", "source"],
      optional: ["mode", "prompt", "max_tokens", "no_reranker"])
    let names = try object.value("names", "an array of names, each owner/model", Self.names)
    let source = try object.value("source", "a string", \.string)
    let use = try use(object, at: place)
    return names.map { KnownCheckpoint(name: $0, use: use, source: source) }
  }

  private static func use(_ object: StrictObject, at place: String) throws(Mismatch) -> Use {
    let mode: RankingMode? = try object.optionalChoice("mode")
    let prompt = try object.optional("prompt", "a prompt's name", \.string)
    let budget = "an integer from 1 to \(Prompt.largestBudget)"
    let maximumTokens = try object.optional("max_tokens", budget) {
      $0.int.flatMap { 1...Prompt.largestBudget ~= $0 ? $0 : nil }
    }
    if let reason = try object.optional("no_reranker", "a string", \.string) {
      guard mode == nil, prompt == nil, maximumTokens == nil else {
        throw Mismatch(
          "\(place).no_reranker", expected: "no mode, prompt or max_tokens beside it",
          found: "one of them")
      }
      return .doesNotRank(reason: reason)
    }
    guard let mode else {
      throw Mismatch("\(place).mode", expected: "this key or no_reranker", found: "neither")
    }
    guard (maximumTokens == nil) == (mode == .colbert) else {
      throw Mismatch(
        "\(place).max_tokens",
        expected: mode == .colbert ? "no such key for mode colbert" : budget,
        found: maximumTokens.map(String.init) ?? "no such key")
    }
    switch mode {
    case .cross, .colbert:
      guard prompt == nil else {
        throw Mismatch(
          "\(place).prompt", expected: "no prompt for mode \(mode.rawValue)", found: prompt ?? "")
      }
    case .mono, .rank, .duo:
      guard prompt != nil else {
        throw Mismatch("\(place).prompt", expected: "a prompt's name", found: "no such key")
      }
    case .monoDuo:
      throw Mismatch(
        "\(place).mode", expected: "mono, rank, duo, cross or colbert", found: mode.rawValue)
    }
    return .ranks(mode: mode, prompt: prompt, maximumTokens: maximumTokens)
  }

  /// Each with an owner and a model; `*` stands at an end alone, after at least one sign.
  private static func names(_ value: JSONValue) -> [String]? {
    guard let values = value.array, !values.isEmpty else { return nil }
    let names = values.compactMap(\.string).filter { name in
      let parts = name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !name.dropLast().contains("*")
    }
    return names.count == values.count ? names : nil
  }
}
