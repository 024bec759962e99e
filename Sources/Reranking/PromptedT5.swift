import Digests
import RankingCore
import Tokenization
import Transformers

/// A T5 and a prompt for it: the one path from texts to label scores, which mono, rank and duo share.
struct PromptedT5: Sendable {
  let runner: SequenceRunner<EncodedPrompt>
  let encoder: PromptEncoder
  let scoring: LabelScoring
  let windows: WindowSettings?
  let source: ScorerSource
  private let ordersByLogOdds: Bool

  /// - Parameters:
  ///   - scale: nil: the prompt's own.
  ///   - options: What is said there of mode, prompts and scale is not used.
  init(
    _ directory: ModelDirectory, _ prompt: Prompt, scale: ScoreScale?, options: RerankerOptions
  ) throws(RerankingError) {
    let model = try directory.t5(for: prompt.mode)
    try directory.checkRanks(options)
    source = ScorerSource(modelPath: directory.path, prompt: prompt.name)
    let labels = try ResolvedLabels(prompt, tokenizer: directory.tokenizer)
    scoring = try LabelScoring(prompt, scale: scale)
    windows = try WindowSettings(options, tokenizer: directory.tokenizer)
    ordersByLogOdds = prompt.scoring != .logit
    encoder = try PromptEncoder(
      prompt, tokenizer: directory.tokenizer,
      maximumTokens: try directory.maximumTokens(options), truncation: options.truncation,
      specialTokens: options.specialTokens)
    let cache = try Self.cache(directory, prompt, labels, encoder, options)
    runner = try SequenceRunner(
      directory.engine(directory.precision(options)), maximumTokens: encoder.maximumTokens,
      options: options,
      cache: cache,
      operations: { model.configuration.encoderOperations(lengths: $0) },
      logits: { prompts, backend in
        let batch = PackedBatch(prompts.map(\.tokens))
        guard let tokens = labels.singleTokens else {
          return model.logLikelihoods(of: labels.tokens, for: batch, on: &backend)
        }
        return model.firstStepLogits(of: tokens, for: batch, on: &backend)
          .map { $0.map(Double.init) }
      })
  }

  private static func cache(
    _ directory: ModelDirectory, _ prompt: Prompt, _ labels: ResolvedLabels,
    _ encoder: PromptEncoder, _ options: RerankerOptions
  ) throws(RerankingError) -> AnswerCache? {
    guard let cache = options.cache else { return nil }
    return AnswerCache(
      cache, fingerprint: try directory.fingerprint.digest(rememberedIn: cache),
      precision: directory.precision(options),
      labels: labels.tokens.count, documents: prompt.mode.documentCount
    ) { hash in
      hash.add("prompt")
      hash.add(prompt.template.description)
      hash.add(prompt.endsWithEndOfSequence ? 1 : 0)
      hash.add(labels.tokens.count)
      for label in labels.tokens {
        hash.add(label.count)
        for token in label { hash.add(Int(token)) }
      }
      hash.add(encoder.maximumTokens)
      hash.add(encoder.truncation.rawValue)
      hash.add(encoder.specialTokens.rawValue)
    }
  }
}

extension PromptedT5: PointwiseModel {
  var scale: ScoreScale { scoring.scale }

  func documentRoom(besideQuery query: String) -> Int {
    encoder.documentRoom(beside: encoder.encode(query))
  }

  func encode(query: String, tally: inout ScoringTally) -> EncodedText { encoder.encode(query) }

  func encode(_ document: Document, for query: EncodedText) -> EncodedPrompt {
    encoder.encode(query: query, documents: [encoder.encode(document.text)])
  }

  func score(_ logits: [Double]) -> PointwiseScore {
    let label = scoring.score(logits)
    return PointwiseScore(
      score: label.score, order: ordersByLogOdds ? scoring.logOdds(logits).value : label.score,
      distribution: label.distribution)
  }
}
