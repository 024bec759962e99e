import Kernels
import RankingCore
public import Tokenization
package import Transformers

/// A BERT, or one of its kin, that turns queries and documents into vectors, each by itself.
///
/// Reads a directory of sentence-transformers: its pooling, normalisation, prompts and limits. Weights,
/// vocabulary and `config.json` are those of an encoder in the Hugging Face layout; a directory with those
/// alone is a bi-encoder too, with the mean over the tokens. An embedding depends on its text alone,
/// to the last bit: not on what it is embedded with, nor on the number of threads.
///
/// Source: Reimers and Gurevych 2019 (arXiv 1908.10084); sentence-transformers 6.2.
public struct BiEncoder: Sendable {
  /// The directory, as the caller named it.
  public let path: String
  /// The numbers of an embedding.
  public let dimension: Int
  /// How embeddings are compared.
  public let similarity: Similarity
  /// Put before each query.
  public let queryPrompt: String
  /// Put before each document.
  public let documentPrompt: String
  /// The most tokens of a text, the two control tokens around it included; later ones are left out.
  public let maximumTokens: Int
  /// What control tokens spelt in texts become.
  public let specialTokens: SpecialTokenPolicy
  /// Tells models apart: equal where weights, vocabulary and settings give documents equal embeddings.
  public let fingerprint: String
  /// What a user should know about how the model's files were read; empty as a rule.
  public let notes: [String]

  package let network: BERTEncoder
  package let engine: InferenceEngine
  package let tokenizer: any Tokenizer
  private let start: TokenID
  private let separator: TokenID
  private let pooling: PoolingMode
  private let normalizes: Bool
  let threads: Int
  private let batchTokens: Int

  /// `[CLS]` and `[SEP]`, or `<s>` and `</s>`.
  private static let controlCount = 2

  /// Reads a model.
  ///
  /// - Throws: `BiEncoderError`: what is missing, unusable or not computed here, in a sentence.
  public init(
    path: String, options: BiEncoderOptions = BiEncoderOptions()
  ) throws(BiEncoderError) {
    let settings = try SentenceTransformerSettings(directory: path)
    let files = BiEncoderFiles(directory: settings.encoderDirectory)
    let model = try files.model()
    let tokenizer = try files.tokenizer(
      for: model.network.configuration, lowercases: settings.lowercases)
    let ends = Self.ends(of: model.network.configuration.family)
    guard let start = tokenizer.token(for: ends.start),
      let separator = tokenizer.token(for: ends.end)
    else {
      throw .unusableModel(
        path: settings.encoderDirectory,
        reason: "expected the pieces \(ends.start) and \(ends.end) in the vocabulary, "
          + "found not both")
    }
    self.path = path
    self.tokenizer = tokenizer
    self.start = start
    self.separator = separator
    network = model.network
    engine = InferenceEngine(parameters: model.parameters)
    dimension = model.network.configuration.width
    pooling = settings.pooling
    normalizes = settings.normalizes
    similarity = settings.similarity
    notes = settings.notes
    queryPrompt = options.queryPrompt ?? settings.queryPrompt
    documentPrompt = options.documentPrompt ?? settings.documentPrompt
    specialTokens = options.specialTokens
    let positions = model.network.configuration.maximumPositions
    let tokenizerLimit = try files.tokenizerLimit()
    maximumTokens =
      options.maximumTokens ?? min(settings.maximumTokens ?? tokenizerLimit ?? positions, positions)
    threads = options.threads ?? ThreadTeam.availableCores
    batchTokens = options.batchTokens
    fingerprint = try files.fingerprint(
      of: model.checkpoint, model.network.configuration.family,
      settings: [
        pooling.rawValue, "\(normalizes)", similarity.rawValue, "\(maximumTokens)",
        "\(settings.lowercases)", documentPrompt, specialTokens.rawValue,
      ])
    try check(settings, positions: positions)
  }

  /// The pieces around each text, as the families' tokenizers have them.
  private static func ends(of family: BERTConfiguration.Family) -> (start: String, end: String) {
    switch family {
    case .roBERTa, .xlmRoBERTa, .camemBERT: ("<s>", "</s>")
    case .bert, .distilBERT, .electra, .albert: ("[CLS]", "[SEP]")
    }
  }

  private func check(
    _ settings: SentenceTransformerSettings, positions: Int
  ) throws(BiEncoderError) {
    guard settings.includesPrompt || (queryPrompt.isEmpty && documentPrompt.isEmpty) else {
      throw .unusableModel(
        path: path,
        reason: "include_prompt: expected true beside prompts, found false, which is not computed")
    }
    let least = Self.controlCount + 1
    guard least <= maximumTokens, maximumTokens <= positions else {
      throw .unusableOptions(
        reason: "expected a budget from \(least) tokens (two control tokens, one of the text) to "
          + "\(positions), the positions of \(path), found \(maximumTokens)")
    }
    guard threads >= 1, batchTokens >= 1 else {
      throw .unusableOptions(
        reason: "expected at least one thread and batches of at least one token, found "
          + "\(threads) and \(batchTokens)")
    }
  }

  /// The embeddings of some queries, in their order, with the query prompt before each.
  ///
  /// - Parameter progress: Called from any thread, one call at a time, with (finished, total) texts.
  /// - Throws: `BiEncoderError.notFinite`.
  public func embed(
    queries: [String], progress: (@Sendable (_ finished: Int, _ total: Int) -> Void)? = nil
  ) throws(BiEncoderError) -> Embeddings {
    try embed(queries, prompt: queryPrompt, progress)
  }

  /// The embeddings of some documents, in their order, with the document prompt before each.
  ///
  /// - Parameter progress: Called from any thread, one call at a time, with (finished, total) texts.
  /// - Throws: `BiEncoderError.notFinite`.
  public func embed(
    documents: [String], progress: (@Sendable (_ finished: Int, _ total: Int) -> Void)? = nil
  ) throws(BiEncoderError) -> Embeddings {
    try embed(documents, prompt: documentPrompt, progress)
  }

  /// Embeddings whose dot products are this model's similarity.
  package func comparable(_ embeddings: Embeddings) -> Embeddings {
    similarity == .cosine && !normalizes ? embeddings.normalized() : embeddings
  }

  private func embed(
    _ texts: [String], prompt: String, _ progress: (@Sendable (Int, Int) -> Void)?
  ) throws(BiEncoderError) -> Embeddings {
    let sequences = ThreadTeam.map(count: texts.count, threads: threads) {
      tokens(of: prompt.isEmpty ? texts[$0] : prompt + texts[$0])
    }
    let rows = engine.run(
      lengths: sequences.map(\.count), threads: threads, batchTokens: batchTokens,
      progress: progress
    ) { batch, backend in
      embed(PackedBatch(batch.map { sequences[$0] }), on: &backend)
    }
    let embeddings = Embeddings(dimension: dimension, values: rows.flatMap { $0 })
    guard embeddings.values.allSatisfy(\.isFinite) else { throw .notFinite(path: path) }
    return embeddings
  }

  /// `[CLS] text [SEP]`, or `<s> text </s>`, the text cut from the right.
  private func tokens(of text: String) -> [TokenID] {
    [start]
      + tokenizer.encode(text, specialTokens: specialTokens)
      .prefix(maximumTokens - Self.controlCount)
      + [separator]
  }

  private func embed(_ batch: PackedBatch, on backend: inout InferenceBackend) -> [[Float]] {
    let types = [Int32](repeating: 0, count: batch.tokens.count)
    var rows: [[Float]]
    if pooling == .first {
      let states = network.encodeFirst(batch, types: types, on: &backend)
      rows = (0..<batch.count).map { states[$0] }
    } else {
      let states = network.encode(batch, types: types, on: &backend)
      rows = (0..<batch.count).map {
        pooling.pool(states, rows: batch.offsets[$0]..<batch.offsets[$0 + 1])
      }
    }
    guard normalizes else { return rows }
    for index in rows.indices { rows[index].withUnsafeMutableBufferPointer { normalize($0) } }
    return rows
  }
}
