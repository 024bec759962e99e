private import FoundationEssentials
import Checkpoints
import Digests
import Synchronization

/// The files that decide what a model answers, as they were when it was read.
///
/// A class because it remembers the fingerprint that it was asked for once.
final class ModelFingerprint: Sendable {
  private struct File: Sendable {
    let name: String
    let path: String
    let identity: FileIdentity
  }

  private let files: [File]
  private let known = Mutex<Digest?>(nil)

  private static let weights = "model.safetensors"
  private static let names = [
    ModelFiles.configurationName, TokenizerSettings.fileName, "added_tokens.json", "merges.txt",
    ColBERTSettings.metadataName, ColBERTSettings.pylateName, ColBERTSettings.modulesName,
    "sentencepiece.bpe.model", "special_tokens_map.json", "spiece.model", "spm.model",
    "tokenizer.json", "vocab.json", "vocab.txt",
  ]

  /// Notes which files there are; to be called before any of them is read.
  init(directory: String) {
    func file(_ name: String) -> File? {
      let path = "\(directory)/\(name)"
      return FileIdentity(path: path).map { File(name: name, path: path, identity: $0) }
    }
    var files = (Self.names + Self.weightFiles(of: directory)).compactMap(file)
    if files.contains(where: { $0.name == ColBERTSettings.modulesName }) {
      files += Self.moduleFiles(of: directory).compactMap(file)
    }
    self.files = files
  }

  /// What folders of modules, such as a ColBERT's linear layer, are made of.
  private static func moduleFiles(of directory: String) -> [String] {
    entries(of: directory).flatMap { folder -> [String] in
      let path = "\(directory)/\(folder)"
      // A folder of something else, such as the model in a form that is not read, may be large.
      guard FileIdentity(path: "\(path)/\(ModelFiles.configurationName)") != nil else { return [] }
      return ([ModelFiles.configurationName] + weightFiles(of: path)).map { "\(folder)/\($0)" }
    }
  }

  /// The files that weights may be read from: one alone, or else all that an index may name, and the index.
  private static func weightFiles(of directory: String) -> [String] {
    guard FileIdentity(path: "\(directory)/\(weights)") == nil else { return [weights] }
    return entries(of: directory).filter {
      $0.hasSuffix(".safetensors") || $0.hasSuffix(".safetensors.index.json")
        || $0.hasSuffix(".bin") || $0.hasSuffix(".bin.index.json")
    }
  }

  /// What is in a directory, sorted; nothing where there is none.
  private static func entries(of directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
  }

  /// A digest of the names and contents of all files.
  ///
  /// - Parameter cache: Remembers the digests of files whose identity has not changed, so that weights
  ///   need not be read whenever a program starts.
  /// - Throws: `RerankingError.unusableModel` for a file that has changed since the model was read.
  func digest(rememberedIn cache: any ScoreCache) throws(RerankingError) -> Digest {
    if let known = known.withLock({ $0 }) { return known }
    let keys = files.map(Self.key)
    var hash = SHA256(of: "t5rank model")
    for (index, value) in cache.alignedValues(for: keys).enumerated() {
      let file = files[index]
      guard FileIdentity(path: file.path) == file.identity else { throw Self.hasChanged(file) }
      hash.add(file.name)
      if let digest = value.flatMap({ Digest(bytes: $0) }) {
        hash.add(digest)
        continue
      }
      let digest = try Self.content(of: file)
      hash.add(digest)
      // A file may be written to again within one tick of the clock that its times are from.
      if file.identity.isSettled { cache.store([(keys[index], digest.bytes)]) }
    }
    let digest = hash.digest
    known.withLock { $0 = digest }
    return digest
  }

  private static func key(of file: File) -> ScoreKey {
    var hash = SHA256(of: "t5rank file")
    hash.add(file.path)
    let identity = file.identity
    for number in [
      identity.device, identity.number, identity.byteCount, identity.modified, identity.changed,
    ] { hash.add(number) }
    return ScoreKey(hash.digest)
  }

  private static func content(of file: File) throws(RerankingError) -> Digest {
    guard file.identity.byteCount > 0 else { return SHA256().digest }
    let digest: Digest
    do {
      let mapped = try MappedFile(path: file.path)
      digest = withExtendedLifetime(mapped) { SHA256.digest(of: mapped.bytes) }
    } catch {
      throw .unusableModel(path: file.path, reason: "cannot be read: \(error)")
    }
    guard FileIdentity(path: file.path) == file.identity else { throw hasChanged(file) }
    return digest
  }

  private static func hasChanged(_ file: File) -> RerankingError {
    .unusableModel(
      path: file.path,
      reason: "expected the file as it was when the model was read, found it changed")
  }
}

extension ModelDirectory {
  /// SHA-256, in hexadecimal digits, of the files that decide what the model answers.
  ///
  /// - Throws: `RerankingError.unusableModel` for a file that has changed since the model was read.
  package func contentHash(
    rememberedIn cache: (any ScoreCache)? = nil
  ) throws(RerankingError) -> String {
    try fingerprint.digest(rememberedIn: cache ?? MemoryScoreCache(capacity: 64)).hexadecimal
  }

  /// The same of a model that is not read as a reranker, such as a bi-encoder.
  package static func contentHash(ofModelAt path: String) throws(RerankingError) -> String {
    try ModelFingerprint(directory: path).digest(rememberedIn: MemoryScoreCache(capacity: 64))
      .hexadecimal
  }
}
