import Checkpoints
import Digests
import Kernels
import RankingCore
import Tokenization
import Transformers

/// A ColBERT: the path from texts to token vectors, and from these to a score.
struct LateInteractionBERT: PointwiseModel {
  /// A query's vectors, computed once for all of its documents.
  struct Question: Sendable {
    /// `[count, dimension]`.
    let vectors: TokenVectors
  }

  /// A document with its query: what goes through the model, or what went through it before.
  struct Sequence: EncodedSequence {
    enum Content: Sendable {
      case text(ColBERTTexts.Document)
      case vectors(any StoredTokenVectors)
      case unusable(RerankingError)
    }

    let content: Content
    let question: Question
    let lacksStoredVectors: Bool

    var tokens: [TokenID] {
      if case .text(let text) = content { text.tokens } else { [] }
    }

    /// Stored vectors cost about as much as a few tokens.
    var weight: Int { max(tokens.count, 4) }

    var documentsShortened: [Bool] {
      switch content {
      case .text(let text): [text.isShortened]
      case .vectors(let vectors): [vectors.isShortened]
      case .unusable: [false]
      }
    }

    var queryShortened: Bool { question.vectors.isShortened }

    func check(queryID: String) throws(RerankingError) {
      if case .unusable(let error) = content { throw error }
    }
  }

  let runner: SequenceRunner<Sequence>
  let windows: WindowSettings?
  let source: ScorerSource
  let texts: ColBERTTexts
  let dimension: Int
  private let model: ColBERTModel
  private let engine: InferenceEngine
  private let stored: (any DocumentVectors)?

  var scale: ScoreScale { .maxSim }

  /// - Parameter options: Where they leave the budget and the special tokens open, those of their document
  ///   vectors count.
  init(_ directory: ModelDirectory, options: RerankerOptions) throws(RerankingError) {
    var options = options
    let (model, settings) = try directory.colBERT()
    guard options.scale == nil || options.scale == .maxSim else {
      throw .unusableOptions(
        reason: "expected no score but \(ScoreScale.maxSim.rawValue) for mode colbert, "
          + "found \(options.scale?.rawValue ?? "none")")
    }
    if let stored = options.documentVectors {
      try Self.check(stored, directory, model, options)
      options.maximumTokens = stored.maximumTokens
      options.specialTokens = stored.specialTokens
    }
    self.model = model
    dimension = model.dimension
    source = ScorerSource(modelPath: directory.path, prompt: nil)
    windows = try WindowSettings(options, tokenizer: directory.tokenizer)
    let texts = try ColBERTTexts(
      settings, tokenizer: directory.tokenizer,
      maximumTokens: try Self.maximumTokens(directory, model, settings, options),
      specialTokens: options.specialTokens, path: directory.path)
    self.texts = texts
    let engine = directory.engine(directory.precision(options))
    self.engine = engine
    stored = options.documentVectors
    let isRounded = stored?.isRounded ?? false
    runner = try SequenceRunner(
      engine, maximumTokens: texts.maximumTokens, options: options,
      cache: try Self.cache(directory, texts, isRounded: isRounded, options),
      operations: { model.operations(lengths: $0) },
      logits: { sequences, backend in
        Self.scores(of: sequences, model, isRounded: isRounded, on: &backend).map { [$0] }
      })
  }

  /// The options' budget of documents, else the manifest's, else that of the model's files.
  private static func maximumTokens(
    _ directory: ModelDirectory, _ model: ColBERTModel, _ settings: ColBERTSettings,
    _ options: RerankerOptions
  ) throws(RerankingError) -> Int {
    let positions = model.configuration.maximumPositions
    guard settings.queryTokens <= positions else {
      throw .unusableModel(
        path: directory.path,
        reason: "expected queries of at most \(positions) tokens, the positions of the model, "
          + "found \(settings.queryTokens)")
    }
    let asked = try directory.maximumTokens(options) ?? settings.documentTokens
    guard (4...positions).contains(asked) else {
      throw .unusableOptions(
        reason: "expected a budget from 4 to \(positions) tokens of a document, the positions of "
          + "\(directory.path), found \(asked)")
    }
    return asked
  }

  private static func cache(
    _ directory: ModelDirectory, _ texts: ColBERTTexts, isRounded: Bool, _ options: RerankerOptions
  ) throws(RerankingError) -> AnswerCache? {
    guard let cache = options.cache else { return nil }
    return AnswerCache(
      cache, fingerprint: try directory.fingerprint.digest(rememberedIn: cache),
      precision: directory.precision(options), labels: 1, documents: 1
    ) { hash in
      hash.add("late interaction")
      hash.add(texts.maximumTokens)
      hash.add(texts.specialTokens.rawValue)
      hash.add(isRounded ? 1 : 0)
    }
  }

  /// Refuses vectors of another model, or of other settings.
  private static func check(
    _ stored: any DocumentVectors, _ directory: ModelDirectory, _ model: ColBERTModel,
    _ options: RerankerOptions
  ) throws(RerankingError) {
    func refusal(_ expected: String, _ found: String) -> RerankingError {
      .unusableOptions(
        reason: "\(stored.path): expected vectors of \(expected), found \(found); make them anew "
          + "with t5rank index, or rank without them")
    }
    guard directory.precision(options) == .fp32 else {
      throw .unusableOptions(
        reason: "expected precision fp32, in which document vectors are made, "
          + "found \(directory.precision(options).rawValue)")
    }
    guard stored.fingerprint == (try Self.fingerprint(of: directory, options)),
      stored.dimension == model.dimension
    else { throw refusal("the model in \(directory.path)", "those of another") }
    if let asked = options.maximumTokens, asked != stored.maximumTokens {
      throw refusal("documents of \(asked) tokens", "\(stored.maximumTokens)")
    }
    // Options cannot say that they leave it open; the default stands for that.
    let asked = options.specialTokens
    guard asked == stored.specialTokens || asked == RerankerOptions().specialTokens else {
      throw refusal(
        "documents whose special tokens are \(asked.rawValue)", stored.specialTokens.rawValue)
    }
  }

  /// A hash of the model's files.
  static func fingerprint(
    of directory: ModelDirectory, _ options: RerankerOptions
  ) throws(RerankingError) -> String {
    try directory.contentHash(rememberedIn: options.cache)
  }

  // MARK: Vectors

  /// A query's vectors.
  func vectors(ofQuery text: String, tally: inout ScoringTally) -> TokenVectors {
    let query = texts.query(text)
    let model = model
    tally.add(
      lengths: [query.tokens.count], operations: model.operations(lengths: [query.tokens.count]))
    let rows = engine.run(lengths: [query.tokens.count], threads: 1, batchTokens: .max) {
      _, backend in
      let vectors = model.vectors(
        of: query.tokens.indices.map { Int32($0) }, in: PackedBatch([query.tokens]),
        seenCounts: query.seenCount == query.tokens.count ? nil : [query.seenCount], on: &backend)
      vectors.normalizeRows()
      return [Array(UnsafeBufferPointer(start: vectors.pointer, count: vectors.count))]
    }
    return TokenVectors(
      dimension: dimension, values: rows.flatMap { $0 }, isShortened: query.isShortened)
  }

  /// The vectors of some documents, in their order.
  func vectors(ofDocuments documents: [String], progress: Progress?) -> [TokenVectors] {
    let (texts, model) = (texts, model)
    let encoded = runner.map(count: documents.count) { texts.document(documents[$0]) }
    return engine.run(
      lengths: encoded.map(\.tokens.count), threads: runner.threads,
      batchTokens: runner.batchTokens, progress: progress
    ) { batch, backend in
      let documents = batch.map { encoded[$0] }
      let (vectors, offsets) = Self.vectors(of: documents, model, on: &backend)
      return documents.indices.map { index in
        // In bounds: the document's rows.
        let start = vectors.pointer + offsets[index] * vectors.columns
        let count = (offsets[index + 1] - offsets[index]) * vectors.columns
        return TokenVectors(
          dimension: vectors.columns,
          values: Array(UnsafeBufferPointer(start: start, count: count)),
          isShortened: documents[index].isShortened)
      }
    }
  }

  /// The vectors of documents end to end, `[rows, dimension]`; document i has the rows
  /// `offsets[i] ..< offsets[i + 1]`.
  private static func vectors(
    of documents: [ColBERTTexts.Document], _ model: ColBERTModel,
    on backend: inout InferenceBackend
  ) -> (vectors: Matrix, offsets: [Int]) {
    let batch = PackedBatch(documents.map(\.tokens))
    var rows: [Int32] = []
    var offsets = [0]
    for (document, start) in zip(documents, batch.starts) {
      rows += document.kept.map { start + $0 }
      offsets.append(rows.count)
    }
    let vectors = model.vectors(of: rows, in: batch, on: &backend)
    vectors.normalizeRows()
    return (vectors, offsets)
  }

  // MARK: Scores

  private static func scores(
    of sequences: [Sequence], _ model: ColBERTModel, isRounded: Bool,
    on backend: inout InferenceBackend
  ) -> [Double] {
    var scores = [Double](repeating: 0, count: sequences.count)
    var computed: [(number: Int, document: ColBERTTexts.Document)] = []
    for (number, sequence) in sequences.enumerated() {
      switch sequence.content {
      case .text(let document): computed.append((number, document))
      case .vectors(let vectors):
        scores[number] = vectors.withFloats(in: backend.workspace) {
          score(sequence.question, $0, count: vectors.count, in: backend.workspace)
        }
      case .unusable: preconditionFailure("a sequence is checked before it is scored")
      }
    }
    guard !computed.isEmpty else { return scores }
    let (vectors, offsets) = Self.vectors(of: computed.map(\.document), model, on: &backend)
    if isRounded { round(vectors) }
    for (index, (number, _)) in computed.enumerated() {
      // In bounds: the document's rows.
      scores[number] = score(
        sequences[number].question, vectors.pointer + offsets[index] * vectors.columns,
        count: offsets[index + 1] - offsets[index], in: backend.workspace)
    }
    return scores
  }

  /// Rounds vectors as a store of half precision does, so that no score depends on what is stored.
  private static func round(_ vectors: Matrix) {
    for index in 0..<vectors.count {
      vectors.pointer[index] = Float(float16Bits: vectors.pointer[index].float16Bits)
    }
  }

  private static func score(
    _ question: Question, _ document: UnsafePointer<Float>, count: Int, in workspace: Workspace
  ) -> Double {
    let vectors = question.vectors
    return vectors.values.withUnsafeBufferPointer { query in
      guard let query = query.baseAddress else { return 0 }
      return MaxSim.score(
        queries: query, queryCount: vectors.count, documents: document, documentCount: count,
        dimension: vectors.dimension, in: workspace)
    }
  }

  // MARK: A pointwise model

  func documentRoom(besideQuery query: String) -> Int { texts.documentRoom }

  func encode(query: String, tally: inout ScoringTally) -> Question {
    Question(vectors: vectors(ofQuery: query, tally: &tally))
  }

  func encode(_ document: Document, for question: Question) -> Sequence {
    guard let stored else {
      return Sequence(
        content: .text(texts.document(document.text)), question: question,
        lacksStoredVectors: false)
    }
    do {
      if let vectors = try stored.vectors(of: document) {
        return Sequence(content: .vectors(vectors), question: question, lacksStoredVectors: false)
      }
      return Sequence(
        content: .text(texts.document(document.text)), question: question, lacksStoredVectors: true)
    } catch {
      return Sequence(content: .unusable(error), question: question, lacksStoredVectors: false)
    }
  }

  func score(_ logits: [Double]) -> PointwiseScore {
    PointwiseScore(score: logits[0], order: logits[0], distribution: nil)
  }
}
