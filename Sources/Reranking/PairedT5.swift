import Digests
import Kernels
import RankingCore
import Tokenization
import Transformers

/// A T5 with a classifier that reads pairs: the path from texts to classifier scores.
///
/// A pair is `query </s> document </s>`, as transformers' tokenizers and sentence-transformers' `CrossEncoder`
/// make it.
struct PairedT5: PointwiseModel {
  let runner: SequenceRunner<EncodedPair>
  let windows: WindowSettings?
  let source: ScorerSource
  private let encoder: PairEncoder
  private let scoring: ClassifierScoring

  /// T5 has no limit of its own; its tokenizers name this one.
  private static let usualBudget = 512

  init(
    _ directory: ModelDirectory, _ model: T5Classifier, options: RerankerOptions
  ) throws(RerankingError) {
    source = ScorerSource(modelPath: directory.path, prompt: nil)
    scoring = try ClassifierScoring(
      directory.configuration, labels: model.labels,
      scale: directory.scale(for: .cross, options), path: directory.configurationPath)
    windows = try WindowSettings(options, tokenizer: directory.tokenizer)
    let named = directory.tokenizerSettings.maximumTokens
    encoder = try PairEncoder(
      tokenizer: directory.tokenizer,
      maximumTokens: try directory.maximumTokens(options)
        ?? named.flatMap { $0 <= Prompt.largestBudget ? $0 : nil } ?? Self.usualBudget,
      truncation: options.truncation ?? .prompt, specialTokens: options.specialTokens)
    let cache = try PairedBERT.cache(directory, labels: model.labels, encoder, options)
    runner = try SequenceRunner(
      directory.engine, maximumTokens: encoder.maximumTokens, options: options, cache: cache,
      operations: { model.operations(lengths: $0) },
      logits: { pairs, backend in
        let outputs = model.logits(PackedBatch(pairs.map(\.tokens)), on: &backend)
        return (0..<outputs.rows).map { outputs[$0].map(Double.init) }
      })
  }

  var scale: ScoreScale { scoring.scale }

  func documentRoom(beside query: EncodedText) -> Int { encoder.documentRoom(beside: query) }

  func encode(query: String) -> EncodedText { encoder.encode(query: query) }

  func encode(document: String, for query: EncodedText) -> EncodedText {
    encoder.encode(document: document, for: query)
  }

  func join(_ query: EncodedText, _ document: EncodedText) -> EncodedPair {
    encoder.encode(query: query, document: document)
  }

  func score(_ logits: [Double]) -> PointwiseScore { scoring.score(logits) }
}
