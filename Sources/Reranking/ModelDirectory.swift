public import Checkpoints
package import JSON
import Synchronization
public import Tokenization
public import Transformers

/// A model directory in the Hugging Face layout, read and checked.
///
/// `config.json` decides about the architecture: T5, mT5 and UMT5 need `spiece.model` beside it, BERT
/// needs `vocab.txt`; the weights are in `model.safetensors` or its shards. An optional `reranker.json`
/// says how the model is meant to be used.
///
/// A class because it owns the weights and the memory for computing, which all rerankers made of it
/// share. Any number of tasks may use them at once.
public final class ModelDirectory: Sendable {
  /// The kinds of models that are read.
  public enum Architecture: Sendable, Hashable {
    /// An encoder-decoder, for the modes mono, rank, duo and mono-duo.
    case t5(T5Configuration)
    /// An encoder with a classifier, for the mode cross.
    case bert(BERTConfiguration)
  }

  /// Where the directory is, as the caller named it.
  public let path: String
  /// Turns text into the model's tokens.
  public let tokenizer: any Tokenizer
  /// How the model is meant to be used; nil if the directory does not say.
  public let manifest: RerankingManifest?
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
      // A faulty configuration is named before weights are looked for, as it is what a user edits.
      var nothing = ParameterDeclarations(for: [])
      _ = try files.network(configuration, declaring: &nothing)
      let checkpoint = try CheckpointDirectory.open(path)
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      let network = try files.network(configuration, declaring: &declarations)
      let settings = try TokenizerSettings(directory: path)
      self.path = path
      self.fingerprint = fingerprint
      self.configuration = configuration
      self.configurationPath = files.configurationPath
      self.manifest = manifest
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
    case .bert(let model): .bert(model.configuration)
    }
  }

  /// How many numbers the model has learnt.
  public var parameterCount: Int { parameters.count }

  /// The mode that the model ranks in unless a caller chooses another: the manifest's, else mono for a
  /// T5 and cross for a BERT.
  public var defaultMode: RankingMode {
    manifest?.mode ?? (isT5 ? .mono : .cross)
  }

  private var isT5: Bool {
    if case .t5 = network { true } else { false }
  }

  private func checkManifest(_ files: ModelFiles) throws(RerankingError) {
    guard let mode = manifest?.mode, (mode == .cross) == isT5 else { return }
    throw .unusableModel(
      path: files.path(of: RerankingManifest.fileName),
      reason: "mode: expected \(isT5 ? "a mode of a T5" : "cross for a BERT"), "
        + "found \(mode.rawValue)")
  }

  /// What computes the model in a precision, the same for all rerankers.
  func engine(_ precision: Precision) -> InferenceEngine {
    engines.withLock { engines in
      let precision = precision.resolved
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
        reason: "expected a T5 for mode \(mode.rawValue), found a BERT in \(path), "
          + "which ranks in mode cross")
    }
    return model
  }

  /// The model, for the mode that needs a BERT.
  package func bert() throws(RerankingError) -> BERTModel {
    guard case .bert(let model) = network else {
      throw .unusableOptions(
        reason: "expected a BERT for mode cross, found a T5 in \(path), "
          + "which ranks in the modes mono, rank, duo and mono-duo")
    }
    return model
  }
}
