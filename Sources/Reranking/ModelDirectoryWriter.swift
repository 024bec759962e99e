private import FoundationEssentials
package import Checkpoints
import JSON
package import Tokenization

/// Writes what belongs to a model beside its weights, as another model directory has it.
package struct ModelDirectoryWriter: Sendable {
  private let source: ModelDirectory
  private let cut: VocabularyCut?

  /// Files that are copied as they are, where the model has them.
  private static let copied =
    ["special_tokens_map.json", RerankingManifest.fileName] + CrossEncoderSettings.fileNames
  /// Files that hold the vocabulary, and that a cut one makes wrong.
  private static let vocabularies = [
    "spiece.model", "sentencepiece.bpe.model", "spm.model", "vocab.txt", "vocab.json", "merges.txt",
  ]
  private static let tokenizer = "tokenizer.json"
  private static let generation = "generation_config.json"
  /// The names of all files that it may write, but for those of prompts in the model's own directory.
  package static let fileNames =
    copied + vocabularies
    + [TokenizerSettings.fileName, tokenizer, generation, ModelFiles.configurationName]
  /// Says what bytes are.
  ///
  /// Without `quant_method` transformers refuses the model; a method that it does not know it passes over
  /// with a warning, and takes bytes for weights.
  private static let byteFormat: JSONValue = [
    "format": "t5rank-int8-rotated", "num_bits": 8, "symmetric": true, "strategy": "channel",
  ]

  /// - Parameters:
  ///   - source: The model whose files are taken.
  ///   - cut: The vocabulary instead of the model's own.
  package init(_ source: ModelDirectory, cut: VocabularyCut? = nil) {
    self.source = source
    self.cut = cut
  }

  /// Writes the tokenizer's files, `reranker.json` and the prompts that it names.
  ///
  /// For a model without `reranker.json` that is known by its directory's name, which the new one need not have, one
  /// is made. Each file appears whole.
  package func writeCompanions(to path: String) throws {
    for name in Self.copied + (cut == nil ? Self.vocabularies : []) { try copy(name, to: path) }
    try writeKnownUse(to: path)
    try rewrite(TokenizerSettings.fileName, to: path, change: renumberAddedTokens)
    try rewrite(Self.generation, to: path, change: renumberTokens)
    try rewrite(Self.tokenizer, to: path) { file in
      if let cut { file = CutTokenizerFile(cut).members(file) }
    }
    if let cut { try AtomicFile.write(cut.bytes, to: "\(path)/\(cut.fileName)") }
    let prompts = source.manifest?.prompts.values.filter(PromptLibrary.isPath) ?? []
    for name in Set(prompts).sorted() {
      let folder = name.split(separator: "/").dropLast().joined(separator: "/")
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
      try copy(name, to: path)
    }
  }

  /// Writes `config.json`.
  ///
  /// - Parameters:
  ///   - type: What the weights are stored as, those in bytes aside: F32, F16 or BF16.
  ///   - storesBytes: Whether some are stored in bytes.
  package func writeConfiguration(
    to path: String, as type: ScalarType, storesBytes: Bool = false
  ) throws {
    var members = source.configuration.object ?? JSONObject()
    members["torch_dtype"] = nil
    members["dtype"] = .string(Self.word(for: type))
    if storesBytes { members["quantization_config"] = Self.byteFormat }
    if let cut {
      renumberTokens(&members)
      members["vocab_size"] = JSONValue(cut.tokens.count)
    }
    try write(members, to: "\(path)/\(ModelFiles.configurationName)")
  }

  /// Writes what the registry says of a model that does not say it itself.
  private func writeKnownUse(to path: String) throws {
    guard source.manifest == nil,
      case .ranks(let mode, let prompt, let maximumTokens) = source.knownCheckpoint?.use
    else { return }
    var members: JSONObject = ["mode": .string(mode.rawValue)]
    // A mode that has one prompt goes by the same word among prompts.
    if let prompt { members["prompts"] = [mode.rawValue: .string(prompt)] }
    if let maximumTokens { members["max_tokens"] = JSONValue(maximumTokens) }
    try write(members, to: "\(path)/\(RerankingManifest.fileName)")
  }

  private func copy(_ name: String, to path: String) throws {
    guard let bytes = try content(of: name) else { return }
    try AtomicFile.write(bytes, to: "\(path)/\(name)")
  }

  /// A file's bytes; nil where the model has no such file.
  private func content(of name: String) throws -> [UInt8]? {
    let place = "\(source.path)/\(name)"
    guard FileManager.default.fileExists(atPath: place) else { return nil }
    guard let bytes = FileManager.default.contents(atPath: place) else {
      throw CheckpointError.unreadable(path: place, reason: "expected a file, found none to read")
    }
    return [UInt8](bytes)
  }

  /// Copies a file of JSON, and changes it where the vocabulary is cut.
  private func rewrite(
    _ name: String, to path: String, change: (inout JSONObject) -> Void
  ) throws {
    guard cut != nil, let bytes = try content(of: name) else { return try copy(name, to: path) }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes, options: JSONParsingOptions(duplicateKeys: .lastWins))
    } catch {
      throw CheckpointError.malformed(
        path: "\(source.path)/\(name)", reason: "expected JSON: \(error)")
    }
    guard var members = value.object else { return try copy(name, to: path) }
    change(&members)
    try write(members, to: "\(path)/\(name)")
  }

  private func write(_ members: JSONObject, to path: String) throws {
    try AtomicFile.write(
      Array((JSONValue(members).serialized(pretty: true) + "\n").utf8), to: path)
  }

  // MARK: Tokens

  /// Settings that name a token: `eos_token_id` and its like.
  static func namesToken(_ key: String) -> Bool { key.hasSuffix("_token_id") }

  private func renumberTokens(_ members: inout JSONObject) {
    let newTokens = cut?.newTokens ?? [:]
    for (key, value) in members where Self.namesToken(key) {
      guard let new = value.int.flatMap(TokenID.init(exactly:)).flatMap({ newTokens[$0] }) else {
        continue
      }
      members[key] = JSONValue(new)
    }
  }

  private func renumberAddedTokens(_ members: inout JSONObject) {
    guard let added = members["added_tokens_decoder"]?.object else { return }
    let newTokens = cut?.newTokens ?? [:]
    var renumbered: [(key: String, value: JSONValue)] = []
    for (key, value) in added {
      guard let new = TokenID(key).flatMap({ newTokens[$0] }) else { continue }
      renumbered.append((String(new), value))
    }
    members["added_tokens_decoder"] = .object(JSONObject(renumbered))
  }

  private static func word(for type: ScalarType) -> String {
    switch type {
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    default: "float32"
    }
  }
}
