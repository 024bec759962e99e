private import FoundationEssentials
import Checkpoints
import JSON
import Tokenization
import Transformers

/// The files of a model directory in the Hugging Face layout: finds and reads them, and words what is
/// wrong with them.
struct ModelFiles {
  static let configurationName = "config.json"

  /// A model's layers, by architecture.
  enum Network: Sendable {
    case t5(T5Model)
    case t5Classifier(T5Classifier)
    case bert(BERTModel)
    case modernBERT(ModernBERTModel)
    case deBERTa(DeBERTaModel)
    case colBERT(ColBERTModel, ColBERTSettings)

    /// The network as a cross-encoder uses it; nil for a T5 with a head of words and for a ColBERT.
    var classifier: (any PairClassifier)? {
      switch self {
      case .t5, .colBERT: nil
      case .t5Classifier(let model): model
      case .bert(let model): model
      case .modernBERT(let model): model
      case .deBERTa(let model): model
      }
    }
  }

  let directory: String

  var configurationPath: String { path(of: Self.configurationName) }

  func path(of name: String) -> String {
    directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
  }

  /// Refuses a path at which no directory stands.
  func checkDirectory() throws(RerankingError) {
    var isDirectory = false
    let exists =
      !directory.isEmpty && !directory.utf8.contains(0)
      && FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
    guard exists else {
      throw .fileMissing(path: directory, expected: "a model directory")
    }
    guard isDirectory else {
      throw .unusableModel(path: directory, reason: "expected a model directory, found a file")
    }
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(of: name)) }

  func configuration() throws(RerankingError) -> JSONValue {
    do {
      return try SmallJSONFile.value(configurationPath, expected: "a model's configuration")
    } catch {
      throw error.asModelError
    }
  }

  func manifest() throws(RerankingError) -> RerankingManifest? {
    let path = path(of: RerankingManifest.fileName)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try RerankingManifest(contentsOf: path)
  }

  /// The weights, those of a ColBERT's linear layer among them.
  ///
  /// - Parameter network: What they are of.
  func checkpoint(of network: Network) throws -> any Checkpoint {
    let checkpoint = try CheckpointDirectory.open(directory)
    guard case .colBERT(_, let settings) = network, let folder = settings.projectionFolder else {
      return checkpoint
    }
    return try JoinedCheckpoint(
      [checkpoint, CheckpointDirectory.open(path(of: folder))], path: directory)
  }

  /// Builds the layers that a configuration describes.
  func network(
    _ configuration: JSONValue, declaring parameters: inout ParameterDeclarations
  ) throws -> Network {
    if let settings = try ColBERTSettings(self, configuration) {
      let bert = try BERTConfiguration(configuration, path: configurationPath)
      return .colBERT(
        ColBERTModel(bert, dimension: settings.dimension, declaring: &parameters), settings)
    }
    let families = T5Configuration.Family.allCases.map(\.rawValue)
    let kin = BERTConfiguration.Family.allCases.map(\.rawValue)
    switch configuration["model_type"]?.string {
    case let family? where kin.contains(family):
      return .bert(
        BERTModel(
          try BERTConfiguration(configuration, path: configurationPath), declaring: &parameters))
    case let family? where families.contains(family):
      let t5 = try T5Configuration(configuration, path: configurationPath)
      let kind = T5Classifier.Kind(
        architecture: configuration["architectures"]?[0]?.string, parameters: parameters)
      guard let kind else { return .t5(T5Model(t5, declaring: &parameters)) }
      return .t5Classifier(T5Classifier(t5, kind: kind, declaring: &parameters))
    case ModernBERTConfiguration.family:
      return .modernBERT(
        ModernBERTModel(
          try ModernBERTConfiguration(configuration, path: configurationPath),
          declaring: &parameters))
    case DeBERTaConfiguration.family:
      return .deBERTa(
        DeBERTaModel(
          try DeBERTaConfiguration(configuration, path: configurationPath),
          declaring: &parameters))
    case let other:
      let found = other.map { "\"\($0.prefix(80))\"" } ?? "none"
      let known = families + kin + [ModernBERTConfiguration.family, DeBERTaConfiguration.family]
      throw RerankingError.unusableModel(
        path: configurationPath,
        reason: "model_type: expected one of \(known.joined(separator: ", ")), "
          + "found \(found)")
    }
  }

  /// The tokenizer of an architecture; all its tokens have a row in the model's embedding.
  func tokenizer(for network: Network, _ settings: TokenizerSettings) throws -> any Tokenizer {
    switch network {
    case .t5(let model): return try tokenizer(for: model.configuration, settings)
    case .t5Classifier(let model): return try tokenizer(for: model.configuration, settings)
    case .bert(let model):
      let rows = model.vocabularySize
      switch model.configuration.family {
      case .bert, .distilBERT, .electra:
        return try tokenizer(of: "vocab.txt", rows: rows) { _ in
          try WordPieceTokenizer(directory: directory)
        }
      case .xlmRoBERTa, .camemBERT, .roBERTa, .albert:
        return try pipelineTokenizer(
          rows: rows, pieces: SentencePieceFamily(rawValue: model.configuration.family.rawValue))
      }
    case .colBERT(let model, let settings): return try tokenizer(of: model, settings)
    case .modernBERT(let model): return try pipelineTokenizer(rows: model.vocabularySize)
    case .deBERTa(let model):
      return try pipelineTokenizer(rows: model.vocabularySize, pieces: .deBERTa)
    }
  }

  /// A ColBERT's tokenizer, for which its markers stand for no text.
  private func tokenizer(
    of model: ColBERTModel, _ settings: ColBERTSettings
  ) throws -> any Tokenizer {
    let rows = model.configuration.vocabularySize
    let markers = [settings.queryMarker, settings.documentMarker].compactMap { $0 }
    let usual = try tokenizer(of: "vocab.txt", rows: rows) { _ in
      try WordPieceTokenizer(directory: directory)
    }
    // PyLate adds its markers behind the vocabulary, of which `vocab.txt` does not know.
    let isWhole = markers.allSatisfy { usual.token(for: $0) != nil }
    guard usual is PipelineTokenizer || !isWhole && exists(PipelineTokenizer.fileName) else {
      return usual
    }
    let pipeline = try PipelineTokenizer(directory: directory).withControls(Set(markers))
    return try checked(pipeline, path(of: PipelineTokenizer.fileName), rows: rows)
  }

  /// The tokenizer of a family's own file, or of `tokenizer.json` where that alone is there.
  private func tokenizer(
    of name: String, rows: Int, _ read: (_ path: String) throws -> any Tokenizer
  ) throws -> any Tokenizer {
    let path = path(of: name)
    guard
      FileManager.default.fileExists(atPath: path)
        || !FileManager.default.fileExists(atPath: self.path(of: PipelineTokenizer.fileName))
    else { return try pipelineTokenizer(rows: rows) }
    return try checked(try read(path), path, rows: rows)
  }

  /// The tokenizer of `tokenizer.json`, or of the family's SentencePiece file or of `vocab.json` with
  /// `merges.txt` where that is missing.
  private func pipelineTokenizer(
    rows: Int, pieces family: SentencePieceFamily? = nil
  ) throws -> any Tokenizer {
    try checked(
      try PipelineTokenizer(directory: directory, pieces: family),
      path(of: PipelineTokenizer.fileName), rows: rows)
  }

  private func tokenizer(
    for configuration: T5Configuration, _ settings: TokenizerSettings
  ) throws -> any Tokenizer {
    let rows = configuration.vocabularySize
    if try readsBytes(settings) {
      let path = path(of: TokenizerSettings.fileName)
      // transformers 5 writes 0 for the extra ids that it lists one by one elsewhere.
      let named = settings.extraIDs == 0 ? nil : settings.extraIDs
      let tokenizer = try ByteTokenizer(
        extraIDs: named ?? ByteTokenizer.usualExtraIDs, path: path)
      return try checked(tokenizer, path, rows: rows)
    }
    return try tokenizer(of: "spiece.model", rows: rows) {
      // T5's sentinels stand beside its pieces; those of mT5 and UMT5, if any, among them.
      let extraIDs = settings.extraIDs ?? (configuration.family == .t5 ? 100 : 0)
      return try SentencePieceTokenizer(path: $0, extraIDs: extraIDs)
    }
  }

  /// Whether a T5 is a ByT5, which no file of its own says: its tokenizer has a class and no vocabulary.
  private func readsBytes(_ settings: TokenizerSettings) throws(RerankingError) -> Bool {
    if let named = settings.tokenizerClass { return named == "ByT5Tokenizer" }
    return try configuration()["tokenizer_class"]?.string == "ByT5Tokenizer"
  }

  private func checked(
    _ tokenizer: any Tokenizer, _ path: String, rows: Int
  ) throws(RerankingError) -> any Tokenizer {
    guard tokenizer.vocabularySize <= rows else {
      throw .unusableModel(
        path: path,
        reason: "expected at most \(rows) tokens, the rows of the model's embedding, "
          + "found \(tokenizer.vocabularySize)")
    }
    return tokenizer
  }

  /// What the layers below say about the model's files, as this module's error.
  func failure(_ error: any Error) -> RerankingError {
    if let error = error as? RerankingError { return error }
    return switch ModelFailure(error, in: directory) {
    case .fileMissing(let path, let expected): .fileMissing(path: path, expected: expected)
    case .unusable(let path, let reason): .unusableModel(path: path, reason: reason)
    }
  }
}
