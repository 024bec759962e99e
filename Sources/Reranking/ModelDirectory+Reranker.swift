import RankingCore

extension ModelDirectory {
  /// The reranker that some options describe: in their mode, else in the model's own.
  ///
  /// - Throws: `RerankingError.unusableOptions` for what does not fit the model, and `.unusablePrompt`
  ///   for a prompt that does not fit its vocabulary.
  public func reranker(
    _ options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) -> any Reranker {
    let mode = options.mode ?? defaultMode
    guard options.documentVectors == nil || mode == .colbert else {
      throw .unusableOptions(
        reason: "expected mode colbert beside document vectors, found mode \(mode.rawValue)")
    }
    return switch mode {
    case .mono: try MonoT5(self, options: options)
    case .rank: try RankT5(self, options: options)
    case .duo: try DuoT5(self, options: options)
    case .monoDuo: try MonoDuo(self, options: options)
    case .cross: try CrossEncoder(self, options: options)
    case .colbert: try ColBERT(self, options: options)
    }
  }

  /// The prompt of a mode: the options', else the manifest's, else the registry's, else `monot5`,
  /// `rankt5-digits` or `duot5`.
  ///
  /// - Throws: `RerankingError` for a prompt that is unknown or faulty, and for two of the mode among
  ///   the options'.
  public func prompt(
    for mode: Prompt.Mode, options: RerankerOptions = RerankerOptions()
  ) throws(RerankingError) -> Prompt {
    try prompt(for: mode, among: try Self.read(options.prompts))
  }

  /// The prompts of some modes, in their order.
  ///
  /// - Throws: Also for a prompt of another mode among the options', and for a model that is no T5.
  func prompts(
    for modes: [Prompt.Mode], _ options: RerankerOptions
  ) throws(RerankingError) -> [Prompt] {
    // First of all: whoever asks a BERT for duo need not hear of prompts.
    for mode in modes { _ = try t5(for: mode) }
    let given = try Self.read(options.prompts)
    if let stray = given.first(where: { !modes.contains($0.mode) }) {
      let words = modes.map(\.rawValue).joined(separator: " or ")
      throw .unusableOptions(
        reason: "expected a prompt of mode \(words), found \(stray.name) of mode "
          + stray.mode.rawValue)
    }
    var prompts: [Prompt] = []
    for mode in modes { prompts.append(try prompt(for: mode, among: given)) }
    return prompts
  }

  private func prompt(
    for mode: Prompt.Mode, among given: [Prompt]
  ) throws(RerankingError) -> Prompt {
    let fitting = given.filter { $0.mode == mode }
    guard fitting.count <= 1 else {
      throw .unusableOptions(
        reason: "expected one prompt of mode \(mode.rawValue), found "
          + fitting.map(\.name).joined(separator: " and "))
    }
    if let prompt = fitting.first { return prompt }
    if let prompt = try manifest?.prompt(for: mode) { return prompt }
    if case .ranks(let known, let name?, _) = knownCheckpoint?.use, known.rawValue == mode.rawValue
    {
      return try PromptLibrary.installed.prompt(name)
    }
    let name =
      switch mode {
      case .mono: "monot5"
      case .rank: "rankt5-digits"
      case .duo: "duot5"
      }
    return try PromptLibrary.installed.prompt(name)
  }

  private static func read(_ names: [String]) throws(RerankingError) -> [Prompt] {
    var prompts: [Prompt] = []
    for name in names { prompts.append(try PromptLibrary.installed.prompt(name)) }
    return prompts
  }

  /// The scale of scores: the options', else the manifest's for its own mode, else nil.
  func scale(for mode: RankingMode, _ options: RerankerOptions) -> ScoreScale? {
    options.scale ?? (manifest?.mode == mode ? manifest?.scale : nil)
  }

  /// The token budget: the options', else the manifest's, else the registry's, else nil.
  func maximumTokens(_ options: RerankerOptions) throws(RerankingError) -> Int? {
    guard let asked = options.maximumTokens ?? usualMaximumTokens else { return nil }
    guard (1...Prompt.largestBudget).contains(asked) else {
      throw .unusableOptions(
        reason: "expected a budget from 1 to \(Prompt.largestBudget) tokens, found \(asked)")
    }
    return asked
  }

  /// The manifest's budget, else the registry's, else nil.
  package var usualMaximumTokens: Int? {
    if let maximumTokens = manifest?.maximumTokens { return maximumTokens }
    if case .ranks(_, _, let maximumTokens) = knownCheckpoint?.use { return maximumTokens }
    return nil
  }

  /// Refuses a model that is known not to rank, unless its manifest or the options say that it does.
  func checkRanks(_ options: RerankerOptions) throws(RerankingError) {
    guard case .doesNotRank(let reason) = knownCheckpoint?.use, manifest == nil,
      options.plainModels == .refused, let name = knownCheckpoint?.name
    else { return }
    throw .unusableModel(
      path: path,
      reason: "expected a re-ranker, found \(name) by the directory's name, which is \(reason); "
        + "--accept-any-model or a \(RerankingManifest.fileName) in it lets it rank all the same")
  }

  /// What a user should know about a model that nobody says how to ask: nil if someone does.
  public func note(for options: RerankerOptions) -> String? {
    guard isT5, manifest == nil, knownCheckpoint == nil, options.prompts.isEmpty,
      options.plainModels == .refused
    else { return nil }
    return "\(path): no known re-ranker by its name, and no \(RerankingManifest.fileName) in it; "
      + "scores mean nothing unless it has learnt the prompt that it is asked by"
  }
}
