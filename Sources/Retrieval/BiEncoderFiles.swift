import Checkpoints
import JSON
import Tokenization
import Transformers

/// The encoder's own files in the directory of a bi-encoder: finds and reads them, and words what is wrong.
struct BiEncoderFiles {
  let directory: String

  struct Model {
    let network: BERTEncoder
    let parameters: Parameters
    let checkpoint: any Checkpoint
  }

  /// The encoder and its weights.
  func model() throws(BiEncoderError) -> Model {
    do {
      let path = joined(directory, "config.json")
      let file = try SettingsFile(path, expected: "a model's configuration")
      let found = file.value["model_type"]
      guard let family = found?.string.flatMap(BERTConfiguration.Family.init) else {
        let known = BERTConfiguration.Family.allCases.map(\.rawValue).joined(separator: ", ")
        throw BiEncoderError.unusableModel(
          path: path,
          reason: "model_type: expected one of \(known), "
            + "found \(found.map { String($0.serialized().prefix(80)) } ?? "no such key")")
      }
      let configuration = try BERTConfiguration(file.value, path: path)
      let checkpoint = try CheckpointDirectory.open(directory)
      var declarations = ParameterDeclarations(for: checkpoint.tensors)
      // Files of an encoder alone have no prefix; those of a model with a head have one.
      let headed = BERTTensorNames(family).base
      let prefix =
        declarations.isStored("\(headed)embeddings.word_embeddings.weight") ? headed : ""
      let network = BERTEncoder(configuration, prefix: prefix, declaring: &declarations)
      for tensor in checkpoint.tensors
      where tensor.name.hasPrefix("\(prefix)pooler.") || !tensor.name.hasPrefix(prefix) {
        // What is built on the states: no embedding needs it.
        declarations.ignore(tensor.name)
      }
      let parameters = try Parameters(declarations, from: checkpoint)
      return Model(network: network, parameters: parameters, checkpoint: checkpoint)
    } catch {
      throw failure(error)
    }
  }

  /// The tokenizer; all its tokens have a row in the model's embedding.
  func tokenizer(
    for configuration: BERTConfiguration, lowercases: Bool
  ) throws(BiEncoderError) -> any Tokenizer {
    let rows = configuration.vocabularySize
    do {
      guard tokenizerNames(configuration.family) == [Self.vocabularyName] else {
        let tokenizer = try PipelineTokenizer(
          directory: directory,
          pieces: SentencePieceFamily(rawValue: configuration.family.rawValue))
        return try checked(
          lowercases ? tokenizer.lowercasing() : tokenizer,
          joined(directory, Self.pipelineName), rows: rows)
      }
      var settings = try WordPieceTokenizer.Settings(directory: directory)
      if lowercases, !settings.lowercases {
        // sentence-transformers only lowers the case then; accents stay as the tokenizer has them.
        settings.stripsAccents = settings.stripsAccents ?? false
        settings.lowercases = true
      }
      let path = joined(directory, Self.vocabularyName)
      return try checked(
        try WordPieceTokenizer(path: path, settings: settings), path, rows: rows)
    } catch {
      throw failure(error)
    }
  }

  private func checked(
    _ tokenizer: any Tokenizer, _ path: String, rows: Int
  ) throws(BiEncoderError) -> any Tokenizer {
    guard tokenizer.vocabularySize <= rows else {
      throw .unusableModel(
        path: path,
        reason: "expected at most \(rows) tokens, the rows of the model's embedding, "
          + "found \(tokenizer.vocabularySize)")
    }
    return tokenizer
  }

  /// The files that the tokenizer is read from: `vocab.txt`, or `tokenizer.json` where only that is; of
  /// families whose words are no WordPiece `tokenizer.json`, or their own files where that is missing.
  private func tokenizerNames(_ family: BERTConfiguration.Family) -> [String] {
    func isThere(_ name: String) -> Bool {
      (try? MappedFile(path: joined(directory, name))) != nil
    }
    switch family {
    case .bert, .distilBERT, .electra:
      return !isThere(Self.vocabularyName) && isThere(Self.pipelineName)
        ? [Self.pipelineName] : [Self.vocabularyName]
    case .roBERTa, .xlmRoBERTa, .camemBERT, .albert:
      let own = SentencePieceFamily(rawValue: family.rawValue).map { [$0.fileName] } ?? []
      let names = own + ["vocab.json", "merges.txt"]
      return isThere(Self.pipelineName) ? [Self.pipelineName] : names.filter(isThere)
    }
  }

  private static let vocabularyName = "vocab.txt"
  private static let pipelineName = PipelineTokenizer.fileName
  private static let tokenizerSettingsName = "tokenizer_config.json"

  /// The most tokens of a text by `tokenizer_config.json`; nil also where it names a number beyond all
  /// texts, as transformers does for "no limit".
  func tokenizerLimit() throws(BiEncoderError) -> Int? {
    let file = try SettingsFile.ifPresent(joined(directory, Self.tokenizerSettingsName))
    return file?.value["model_max_length"]?.int.flatMap { $0 >= 1 ? $0 : nil }
  }

  /// A hash of all that decides about embeddings.
  func fingerprint(
    of checkpoint: any Checkpoint, _ family: BERTConfiguration.Family, settings: [String]
  ) throws(BiEncoderError) -> String {
    do {
      var hash = ContentHash()
      func add(_ words: [String]) {
        // Each word with its length, so that two lists never run together.
        for word in words {
          let bytes = Array("\(word.utf8.count):\(word)".utf8)
          bytes.withUnsafeBytes { hash.update($0) }
        }
      }
      add(settings)
      for name in ["config.json"] + tokenizerNames(family) + [Self.tokenizerSettingsName] {
        add([name])
        do {
          let file = try MappedFile(path: joined(directory, name))
          withExtendedLifetime(file) { hash.update(file.bytes) }
        } catch .fileMissing where name == Self.tokenizerSettingsName {}
      }
      for tensor in checkpoint.tensors where tensor.scalarType.isWeight {
        let floats = try checkpoint.floats(of: tensor)
        add([tensor.name, "\(tensor.shape)"])
        // In bounds: the buffer holds `count` floats, and lives until the end of the turn.
        withExtendedLifetime(floats) {
          hash.update(
            UnsafeRawBufferPointer(UnsafeBufferPointer(start: floats.pointer, count: floats.count)))
        }
      }
      return IndexHeaderText.hexadecimal(hash.digest)
    } catch {
      throw failure(error)
    }
  }

  /// What the layers below say about the model's files, as this module's error.
  private func failure(_ error: any Error) -> BiEncoderError {
    if let error = error as? BiEncoderError { return error }
    return switch ModelFailure(error, in: directory) {
    case .fileMissing(let path, let expected): .fileMissing(path: path, expected: expected)
    case .unusable(let path, let reason): .unusableModel(path: path, reason: reason)
    }
  }
}

extension ScalarType {
  /// Whether it decides about embeddings; I8 is refused when it is read as floats.
  fileprivate var isWeight: Bool {
    switch self {
    case .float64, .float32, .float16, .bfloat16, .int8: true
    default: false
    }
  }
}
