import Digests
import Kernels
import RankingCore
import Tokenization
import Transformers

/// A BERT, one of its kin, or a T5 with a classifier, that reads pairs: the path from texts to classifier scores.
struct PairedBERT: PointwiseModel {
  let runner: SequenceRunner<EncodedPair>
  let windows: WindowSettings?
  let source: ScorerSource
  private let encoder: PairEncoder
  private let scoring: ClassifierScoring

  init(_ directory: ModelDirectory, options: RerankerOptions) throws(RerankingError) {
    let model = try directory.classifier()
    source = ScorerSource(modelPath: directory.path, prompt: nil)
    let settings = try CrossEncoderSettings(directory: directory.path)
    scoring = try ClassifierScoring(
      directory.configuration, labels: model.labels,
      scale: directory.scale(for: .cross, options), path: directory.configurationPath,
      settings: settings)
    windows = try WindowSettings(options, tokenizer: directory.tokenizer)
    encoder = try PairEncoder(
      tokenizer: directory.tokenizer, template: try directory.pairTemplate(),
      maximumTokens: try Self.maximumTokens(directory, model, settings, options),
      truncation: options.truncation ?? .prompt, specialTokens: options.specialTokens)
    let cache = try Self.cache(directory, labels: model.labels, encoder, options)
    runner = try SequenceRunner(
      directory.engine(directory.precision(options)), maximumTokens: encoder.maximumTokens,
      usefulBatchTokens: 512, options: options,
      cache: cache,
      operations: { model.encoderOperations(lengths: $0) },
      logits: { pairs, backend in
        let outputs = model.logits(
          PackedBatch(pairs.map(\.tokens)), types: pairs.flatMap(\.types), on: &backend)
        return (0..<outputs.rows).map { outputs[$0].map(Double.init) }
      })
  }

  private static func cache(
    _ directory: ModelDirectory, labels: Int, _ encoder: PairEncoder, _ options: RerankerOptions
  ) throws(RerankingError) -> AnswerCache? {
    guard let cache = options.cache else { return nil }
    return AnswerCache(
      cache, fingerprint: try directory.fingerprint.digest(rememberedIn: cache),
      precision: directory.precision(options), labels: labels,
      documents: 1
    ) { hash in
      hash.add("pair")
      hash.add(encoder.maximumTokens)
      hash.add(encoder.truncation.rawValue)
      hash.add(encoder.specialTokens.rawValue)
    }
  }

  /// The options' budget, else the manifest's, else sentence-transformers' or the tokenizer's or the
  /// positions, whichever are fewer.
  private static func maximumTokens(
    _ directory: ModelDirectory, _ model: any PairClassifier, _ settings: CrossEncoderSettings,
    _ options: RerankerOptions
  ) throws(RerankingError) -> Int {
    let positions = model.maximumPositions
    guard let asked = try directory.maximumTokens(options) else {
      let usual = directory.tokenizerSettings.maximumTokens ?? model.usualTokens
      return min(settings.maximumTokens ?? usual, positions)
    }
    guard asked <= positions else {
      throw .unusableOptions(
        reason: "expected a budget of at most \(positions) tokens, the positions of "
          + "\(directory.path), found \(asked)")
    }
    return asked
  }

  var scale: ScoreScale { scoring.scale }

  func documentRoom(besideQuery query: String) -> Int {
    encoder.documentRoom(beside: encoder.encode(query: query))
  }

  func encode(query: String, tally: inout ScoringTally) -> EncodedText {
    encoder.encode(query: query)
  }

  func encode(_ document: Document, for query: EncodedText) -> EncodedPair {
    encoder.encode(query: query, document: encoder.encode(document: document.text, for: query))
  }

  func score(_ logits: [Double]) -> PointwiseScore { scoring.score(logits) }
}
