import JSON

/// Which files of a repository make a model that `t5rank` reads.
///
/// Settings, tokenizers and safetensors, in the repository's top and in the folders that `modules.json`
/// names; where a folder has no safetensors, PyTorch's file. Nothing for other frameworks.
struct ModelFileSelection {
  let files: Set<String>
  /// The text of one of the files.
  let read: (String) throws -> [UInt8]

  private static let settings = [
    "config.json", "reranker.json", "modules.json", "sentence_bert_config.json",
    "config_sentence_transformers.json", "artifact.metadata",
    "spiece.model", "sentencepiece.bpe.model", "spm.model", "tokenizer.model", "vocab.txt",
    "vocab.json", "merges.txt", "tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
  ]
  private static let modules = "modules.json"
  /// The best first: a file of weights, or the index of its shards.
  private static let weights = [
    "model.safetensors", "model.safetensors.index.json",
    "pytorch_model.bin", "pytorch_model.bin.index.json",
  ]

  /// The paths to fetch, sorted.
  ///
  /// - Throws: `HubError.unusableAnswer` for what names files outside, or none that make a model.
  func paths() throws -> [String] {
    var paths: [String] = []
    var hasModel = false
    for folder in try folders() {
      let prefix = folder.isEmpty ? "" : folder + "/"
      paths += Self.settings.map { prefix + $0 }.filter(files.contains)
      guard let weights = Self.weights.first(where: { files.contains(prefix + $0) }) else {
        continue
      }
      paths.append(prefix + weights)
      if files.contains(prefix + "config.json") { hasModel = true }
      if weights.hasSuffix(".index.json") { paths += try shards(of: prefix + weights, prefix) }
    }
    guard hasModel else {
      throw HubError.unusableAnswer(
        address: "the repository",
        reason: "expected config.json and model.safetensors (or shards with their index, or "
          + "pytorch_model.bin), found no such files")
    }
    return Set(paths).sorted()
  }

  /// The top, and what `modules.json` names.
  private func folders() throws -> [String] {
    guard files.contains(Self.modules) else { return [""] }
    var folders = [""]
    for module in try json(Self.modules).array ?? [] {
      guard let path = module["path"]?.string, path.isEmpty || isPlainPath(path) else {
        throw refusal(Self.modules, "path", module["path"]?.string)
      }
      if !folders.contains(path) { folders.append(path) }
    }
    return folders
  }

  private func shards(of index: String, _ prefix: String) throws -> [String] {
    var shards = Set<String>()
    for (_, value) in try json(index)["weight_map"]?.object ?? [:] {
      guard let name = value.string, isPlainPath(name), !name.utf8.contains(slash),
        files.contains(prefix + name)
      else { throw refusal(index, "weight_map", value.string) }
      shards.insert(prefix + name)
    }
    return Array(shards)
  }

  private func json(_ path: String) throws -> JSONValue {
    do {
      return try JSONValue(parsing: try read(path))
    } catch let error as JSONError {
      throw HubError.unusableAnswer(address: path, reason: "expected JSON: \(error)")
    }
  }

  private func refusal(_ path: String, _ member: String, _ found: String?) -> HubError {
    .unusableAnswer(
      address: path,
      reason: "\(member): expected a path in the repository, found '\(shown(found ?? ""))'")
  }
}
