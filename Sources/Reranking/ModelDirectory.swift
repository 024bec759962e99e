public import Checkpoints
package import JSON
import Synchronization
public import Tokenization
public import Transformers

/// A model directory in the Hugging Face layout, read and checked.
///
/// `config.json` decides about the architecture: a T5 needs `spiece.model` beside it, a BERT, DistilBERT or
/// ELECTRA `vocab.txt`, an XLM-RoBERTa `sentencepiece.bpe.model`, and each does with `tokenizer.json`
/// instead, as the other encoders do; a ByT5 needs none; the weights are in `model.safetensors`, PyTorch's file, or shards. An
/// optional `reranker.json`
/// says how the model is meant to be used.
///
/// A class because it owns the weights and the memory for computing, which all rerankers made of it
/// share. Any number of tasks may use them at once.
public final class ModelDirectory: Sendable {
  /// The kinds of models that are read.
  public enum Architecture: Sendable, Hashable {
    /// An encoder-decoder, for the modes mono, rank, duo and mono-duo.
    case t5(T5Configuration)
    /// A T5 with a classifier, for the mode cross.
    case t5Classifier(T5Configuration)
    /// A BERT, or one of its kin, with a classifier, for the mode cross.
    case bert(BERTConfiguration)
    /// A ModernBERT with a classifier, for the mode cross.
    case modernBERT(ModernBERTConfiguration)
    /// A DeBERTa with a classifier, for the mode cross.
    case deBERTa(DeBERTaConfiguration)
    /// A BERT with a linear layer on all tokens, for the mode colbert.
    case colBERT(BERTConfiguration, dimension: Int)
  }

  /// Where the directory is, as the caller named it.
  public let path: String
  /// Turns text into the model's tokens.
  public let tokenizer: any Tokenizer
  /// How the model is meant to be used; nil if the directory does not say.
  public let manifest: RerankingManifest?
  /// The registry's entry for the model, found by the directory's name, or by `_name_or_path` in
  /// `config.json`; nil if neither is known.
  ///
  /// What `reranker.json` says goes before it.
  public let knownCheckpoint: KnownCheckpoint?
  /// The checkpoint's tensors, sorted by name.
  public let tensors: [StoredTensor]

  package let configuration: JSONValue
  let configurationPath: String
  package let tokenizerSettings: TokenizerSettings
  private let parameters: Parameters
  private let engines = Mutex<[Precision: InferenceEngine]>([:])
  let fingerprint: ModelFingerprint
  private let network: ModelFiles.Network

  /// Reads a model directory.
  ///
  /// - Throws: `RerankingError`: `fileMissing` for the directory or a file in it, `unusableModel` for
  ///   anything that is wrong with what is there.
  public init(path: String) throws(RerankingError) {
    let files = ModelFiles(directory: path)
    do {
      try files.checkDirectory()
      let fingerprint = ModelFingerprint(directory: path)
      let configuration = try files.configuration()
      let manifest = try files.manifest()
      let foreign = ForeignModel(files: files, configuration: configuration)
      try foreign.checkArchitecture()
      // A faulty configuration is named before weights are looked for, as it is what a user edits.
      var nothing = ParameterDeclarations(for: [])
      let planned = try files.network(configuration, declaring: &nothing)
      let checkpoint = try files.checkpoint(of: planned)
      try foreign.checkHead(checkpoint.tensors)
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      let network = try files.network(configuration, declaring: &declarations)
      let known = try Self.knownCheckpoint(path, configuration)
      let settings = try TokenizerSettings(directory: path)
      self.path = path
      self.fingerprint = fingerprint
      self.configuration = configuration
      self.configurationPath = files.configurationPath
      self.manifest = manifest
      self.knownCheckpoint = known.flatMap { $0.fits(network) ? $0 : nil }
      self.network = network
      self.tokenizerSettings = settings
      tokenizer = try files.tokenizer(for: network, settings)
      tensors = checkpoint.tensors
      parameters = try Parameters(declarations, from: checkpoint)
    } catch {
      throw files.failure(error)
    }
    try checkManifest(files)
  }

  /// What kind of model it is.
  public var architecture: Architecture {
    switch network {
    case .t5(let model): .t5(model.configuration)
    case .t5Classifier(let model): .t5Classifier(model.configuration)
    case .bert(let model): .bert(model.configuration)
    case .modernBERT(let model): .modernBERT(model.configuration)
    case .deBERTa(let model): .deBERTa(model.configuration)
    case .colBERT(let model, _): .colBERT(model.configuration, dimension: model.dimension)
    }
  }

  /// How many numbers the model has learnt.
  public var parameterCount: Int { parameters.count }

  /// The mode that the model ranks in unless a caller chooses another: the manifest's, else the registry's, else
  /// mono for a T5, cross for a classifier and colbert for a ColBERT.
  public var defaultMode: RankingMode {
    if let mode = manifest?.mode { return mode }
    if case .ranks(let mode, _, _) = knownCheckpoint?.use { return mode }
    return network.usualMode
  }

  private static func knownCheckpoint(
    _ path: String, _ configuration: JSONValue
  ) throws(RerankingError) -> KnownCheckpoint? {
    let registry = try CheckpointRegistry.installed()
    return registry.checkpoint(inDirectory: path)
      ?? configuration["_name_or_path"]?.string.flatMap { registry.origin(named: $0) }
  }

  /// Whether it is asked in words.
  var isT5: Bool {
    if case .t5 = network { true } else { false }
  }

  private func checkManifest(_ files: ModelFiles) throws(RerankingError) {
    guard let mode = manifest?.mode, !network.ranks(in: mode) else { return }
    let expected = isT5 ? "a mode of a T5" : "\(network.usualMode.rawValue) for \(kind)"
    throw .unusableModel(
      path: files.path(of: RerankingManifest.fileName),
      reason: "mode: expected \(expected), found \(mode.rawValue)")
  }

  /// What errors call the model.
  private var kind: String {
    switch network {
    case .t5: "a T5"
    case .t5Classifier: "a T5 with a classifier"
    case .bert, .modernBERT, .deBERTa: "a cross-encoder"
    case .colBERT: "a ColBERT"
    }
  }

  /// What errors say about where the model is, and what it can do.
  private var place: String {
    "\(kind) in \(path), which ranks in "
      + (isT5 ? "the modes mono, rank, duo and mono-duo" : "mode \(network.usualMode.rawValue)")
  }

  /// Whether linear layers are stored in bytes, as `t5rank convert --dtype INT8` writes them.
  package var storesBytes: Bool { tensors.contains { $0.scalarType == .int8 } }

  /// The coarsest precision that `Precision.auto` may stand for: what `reranker.json` says, else `int8` for a model
  /// that is stored so, and `bf16` for any other.
  public var coarsestPrecision: Precision {
    manifest?.coarsestPrecision ?? (storesBytes ? .int8 : .bf16)
  }

  /// What the model is computed in on this machine: never `auto`.
  ///
  /// - Parameter wanted: nil: `int8` for a model that is stored so, else `fp32`.
  public func precision(_ wanted: Precision?) -> Precision {
    (wanted ?? (storesBytes ? .int8 : .fp32)).resolved(bearing: coarsestPrecision)
  }

  func precision(_ options: RerankerOptions) -> Precision { precision(options.precision) }

  /// What computes the model in a precision, the same for all rerankers.
  ///
  /// - Parameter precision: One that `precision(_:)` gave.
  func engine(_ precision: Precision) -> InferenceEngine {
    engines.withLock { engines in
      if let engine = engines[precision] { return engine }
      let engine = InferenceEngine(parameters: parameters, precision: precision)
      engines[precision] = engine
      return engine
    }
  }

  /// The model, for a mode that needs a T5.
  package func t5(for mode: Prompt.Mode) throws(RerankingError) -> T5Model {
    guard case .t5(let model) = network else {
      throw .unusableOptions(
        reason: "expected a T5 for mode \(mode.rawValue), found \(place)")
    }
    return model
  }

  /// The model, for the mode that needs a classifier of pairs.
  package func classifier() throws(RerankingError) -> any PairClassifier {
    guard let model = network.classifier else {
      throw .unusableOptions(
        reason: "expected a cross-encoder for mode cross, found \(place)")
    }
    return model
  }

  /// The model, for the mode that needs token vectors.
  func colBERT() throws(RerankingError) -> (model: ColBERTModel, settings: ColBERTSettings) {
    guard case .colBERT(let model, let settings) = network else {
      throw .unusableOptions(reason: "expected a ColBERT for mode colbert, found \(place)")
    }
    return (model, settings)
  }

  /// Whether a directory holds a ColBERT, whole or not.
  ///
  /// - Throws: `RerankingError` for files of a ColBERT that are unusable.
  package static func isColBERT(at path: String) throws(RerankingError) -> Bool {
    let files = ModelFiles(directory: path)
    guard files.exists(ModelFiles.configurationName) else { return false }
    do {
      return try ColBERTSettings(files, files.configuration()) != nil
    } catch {
      throw files.failure(error)
    }
  }

  /// The control tokens around a pair of texts.
  ///
  /// - Throws: `RerankingError.unusableModel` for a vocabulary without them, or for a BERT that cannot
  ///   tell the texts apart by type.
  package func pairTemplate() throws(RerankingError) -> PairTemplate {
    if let template = (tokenizer as? PipelineTokenizer)?.template,
      let pair = PairTemplate(template, hasTypes: (network.classifier?.tokenTypes ?? 0) >= 2)
    {
      return pair
    }
    switch network {
    case .bert(let model) where model.configuration.family.separatesWithTwoTokens:
      return try .roberta(tokenizer)
    case .bert(let model) where model.configuration.family != .distilBERT:
      // The tokenizers of these families give the document's tokens type 1.
      guard model.tokenTypes >= 2 else {
        throw .unusableModel(
          path: configurationPath,
          reason: "type_vocab_size: expected at least 2 for a cross-encoder, "
            + "found \(model.tokenTypes)")
      }
      return try .bert(tokenizer, documentType: 1)
    case .deBERTa(let model):
      return try .bert(tokenizer, documentType: model.tokenTypes >= 2 ? 1 : 0)
    case .t5Classifier: return try .t5(tokenizer)
    case .bert, .modernBERT, .t5, .colBERT:
      return try .bert(tokenizer, documentType: 0)
    }
  }
}

extension BERTConfiguration.Family {
  fileprivate var separatesWithTwoTokens: Bool {
    switch self {
    case .roBERTa, .xlmRoBERTa, .camemBERT: true
    case .bert, .distilBERT, .electra, .albert: false
    }
  }
}

extension ModelFiles.Network {
  /// The mode of a model that nobody says more about.
  fileprivate var usualMode: RankingMode {
    switch self {
    case .t5: .mono
    case .t5Classifier, .bert, .modernBERT, .deBERTa: .cross
    case .colBERT: .colbert
    }
  }

  fileprivate func ranks(in mode: RankingMode) -> Bool {
    switch mode {
    case .cross, .colbert: usualMode == mode
    case .mono, .rank, .duo, .monoDuo: usualMode == .mono
    }
  }
}

extension KnownCheckpoint {
  /// Whether a model can be what its name says; another may have the name by chance.
  fileprivate func fits(_ network: ModelFiles.Network) -> Bool {
    guard case .ranks(let mode, _, _) = use else { return true }
    return network.ranks(in: mode)
  }
}
