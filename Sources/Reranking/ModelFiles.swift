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
    case bert(BERTModel)
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

  /// Builds the layers that a configuration describes.
  func network(
    _ configuration: JSONValue, declaring parameters: inout ParameterDeclarations
  ) throws -> Network {
    let families = T5Configuration.Family.allCases.map(\.rawValue)
    switch configuration["model_type"]?.string {
    case "bert":
      return .bert(
        BERTModel(
          try BERTConfiguration(configuration, path: configurationPath), declaring: &parameters))
    case let family? where families.contains(family):
      return .t5(
        T5Model(
          try T5Configuration(configuration, path: configurationPath), declaring: &parameters))
    case let other:
      let found = other.map { "\"\($0.prefix(80))\"" } ?? "none"
      throw RerankingError.unusableModel(
        path: configurationPath,
        reason: "model_type: expected \(families.joined(separator: ", ")) or bert, found \(found)")
    }
  }

  /// The tokenizer of an architecture; all its tokens have a row in the model's embedding.
  func tokenizer(for network: Network, _ settings: TokenizerSettings) throws -> any Tokenizer {
    switch network {
    case .t5(let model):
      let path = path(of: "spiece.model")
      if let tokenizer = try pipelineTokenizer(
        insteadOf: path, rows: model.configuration.vocabularySize)
      {
        return tokenizer
      }
      // T5's sentinels stand beside its pieces; those of mT5 and UMT5, if any, among them.
      let extraIDs = settings.extraIDs ?? (model.configuration.family == .t5 ? 100 : 0)
      let tokenizer = try SentencePieceTokenizer(path: path, extraIDs: extraIDs)
      return try checked(tokenizer, path, rows: model.configuration.vocabularySize)
    case .bert(let model):
      let path = path(of: "vocab.txt")
      if let tokenizer = try pipelineTokenizer(
        insteadOf: path, rows: model.configuration.vocabularySize)
      {
        return tokenizer
      }
      let tokenizer = try WordPieceTokenizer(directory: directory)
      return try checked(tokenizer, path, rows: model.configuration.vocabularySize)
    }
  }

  /// The tokenizer of `tokenizer.json`, where the file that is read first is missing and it is not.
  private func pipelineTokenizer(
    insteadOf first: String, rows: Int
  ) throws -> (any Tokenizer)? {
    let path = path(of: PipelineTokenizer.fileName)
    guard !FileManager.default.fileExists(atPath: first),
      FileManager.default.fileExists(atPath: path)
    else { return nil }
    return try checked(try PipelineTokenizer(path: path), path, rows: rows)
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
    switch error {
    case let error as RerankingError: error
    case ModelError.configuration(let path, let reason): .unusableModel(path: path, reason: reason)
    case TokenizerError.fileMissing(let path, let expected),
      CheckpointError.fileMissing(let path, let expected):
      .fileMissing(path: path, expected: expected)
    case TokenizerError.malformed(let path, let reason),
      CheckpointError.malformed(let path, let reason):
      .unusableModel(path: path, reason: reason)
    case TokenizerError.unreadable(let path, let reason),
      CheckpointError.unreadable(let path, let reason):
      .unusableModel(path: path, reason: "cannot be read: \(reason)")
    default: .unusableModel(path: directory, reason: String(describing: error))
    }
  }
}
