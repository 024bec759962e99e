import Checkpoints
import JSON
import Tokenization

/// What sentence-transformers' files in a model directory say beside BERT's own.
///
/// `modules.json` lists the steps: a Transformer, a Pooling, and perhaps a Normalize; without that file
/// the embedding is the mean over the tokens and the others are not read, as in sentence-transformers.
/// `sentence_bert_config.json` limits the tokens, `config_sentence_transformers.json` names prompts and
/// the similarity.
struct SentenceTransformerSettings: Sendable {
  /// Where `config.json`, the weights and the vocabulary are.
  private(set) var encoderDirectory: String
  private(set) var pooling = PoolingMode.mean
  /// Whether embeddings are made one long.
  private(set) var normalizes = false
  /// nil: as many as the tokenizer or the model take.
  private(set) var maximumTokens: Int?
  /// Whether text loses its case even where the tokenizer would keep it.
  private(set) var lowercases = false
  private(set) var similarity = Similarity.cosine
  private(set) var queryPrompt = ""
  private(set) var documentPrompt = ""
  /// Whether a prompt's tokens are pooled with the text's.
  private(set) var includesPrompt = true
  /// What a user should know about how the files were read.
  private(set) var notes: [String] = []

  /// Reads a directory.
  ///
  /// - Throws: `BiEncoderError` for what is unreadable, and for whatever is not computed here.
  init(directory: String) throws(BiEncoderError) {
    encoderDirectory = directory
    let path = joined(directory, "modules.json")
    guard let modules = try SettingsFile.ifPresent(path) else {
      notes = [
        "\(directory): found no modules.json; taking the mean over the tokens, as "
          + "sentence-transformers does"
      ]
      return
    }
    let list = try Module.list(modules)
    guard list.count >= 2, list[0].kind == "Transformer", list[1].kind == "Pooling",
      list[2...].allSatisfy({ $0.kind == "Normalize" })
    else {
      throw modules.failure(
        "expected the modules Transformer, Pooling and perhaps Normalize, found "
          + (list.isEmpty ? "none" : list.map { printable($0.kind) }.joined(separator: ", ")))
    }
    normalizes = list.count > 2
    encoderDirectory = joined(directory, list[0].path)
    try readPooling(joined(directory, list[1].path))
    try readLimits(encoderDirectory)
    try readPrompts(directory)
  }

  private mutating func readPooling(_ directory: String) throws(BiEncoderError) {
    let file = try SettingsFile(joined(directory, "config.json"), expected: "a pooling's settings")
    pooling = try PoolingMode(file)
    includesPrompt = try file.flag("include_prompt") ?? true
  }

  private mutating func readLimits(_ directory: String) throws(BiEncoderError) {
    let path = joined(directory, "sentence_bert_config.json")
    guard let file = try SettingsFile.ifPresent(path) else { return }
    maximumTokens = try file.positive("max_seq_length")
    lowercases = try file.flag("do_lower_case") ?? false
    let task = try file.word("transformer_task")
    guard task == nil || task == "feature-extraction" else {
      throw file.mismatch("transformer_task", expected: "\"feature-extraction\"")
    }
  }

  private mutating func readPrompts(_ directory: String) throws(BiEncoderError) {
    let path = joined(directory, "config_sentence_transformers.json")
    guard let file = try SettingsFile.ifPresent(path) else { return }
    let kind = try file.word("model_type")
    guard kind == nil || kind == "SentenceTransformer" else {
      throw file.mismatch("model_type", expected: "\"SentenceTransformer\"")
    }
    let prompts = try file.words("prompts")
    // As `encode_query` and `encode_document` choose; the default prompt is neither's.
    queryPrompt = prompts["query"] ?? ""
    documentPrompt = ["document", "passage", "corpus"].lazy.compactMap { prompts[$0] }.first ?? ""
    if let name = try file.word("default_prompt_name"), prompts[name] == nil {
      throw file.mismatch("default_prompt_name", expected: "the name of one of the prompts")
    }
    if let dimension = try file.positive("truncate_dim") {
      throw file.failure("truncate_dim: expected whole embeddings (null), found \(dimension)")
    }
    switch try file.word("similarity_fn_name") {
    case nil, "cosine": similarity = .cosine
    case "dot", "dot_product": similarity = .dot
    default: throw file.mismatch("similarity_fn_name", expected: "\"cosine\" or \"dot\"")
    }
  }

  /// One step of `modules.json`.
  private struct Module {
    /// The last component of its Python type.
    let kind: String
    /// Below the model directory.
    let path: String

    static func list(_ file: SettingsFile) throws(BiEncoderError) -> [Module] {
      guard let entries = file.value.array else {
        throw file.failure("expected an array, found \(file.value.kind)")
      }
      var modules: [Module] = []
      for (number, entry) in entries.enumerated() {
        guard let type = entry["type"]?.string, let path = entry["path"]?.string else {
          throw file.failure("[\(number)]: expected an object with strings as type and path")
        }
        // Byte by byte: a slash and an accent after it are one character to Swift, but not to the system.
        let slash = UInt8(ascii: "/")
        let parts = path.utf8.split(separator: slash)
        guard path.utf8.first != slash, !parts.contains(where: { $0.elementsEqual("..".utf8) }),
          !path.utf8.contains(0)
        else {
          throw file.failure(
            "[\(number)].path: expected a folder of the model, found \"\(printable(path))\"")
        }
        let kind = type.split(separator: ".").last.map(String.init) ?? ""
        modules.append(Module(kind: kind, path: path))
      }
      return modules
    }
  }
}

extension PoolingMode {
  /// The mode that a pooling's `config.json` names: one word, or the flags of older versions.
  fileprivate init(_ file: SettingsFile) throws(BiEncoderError) {
    let names: [String]
    switch file.value["pooling_mode"] {
    case nil, .null:
      var chosen: [String] = []
      for (key, name) in Self.flags where try file.flag(key) ?? false { chosen.append(name) }
      names = chosen.isEmpty ? [Self.mean.rawValue] : chosen
    case .string(let name): names = [name]
    case .some(let value): names = value.array?.map { $0.string ?? $0.kind } ?? [value.kind]
    }
    guard names.count == 1, let mode = Self(rawValue: names[0]) else {
      throw file.failure(
        "expected one pooling mode of \(Self.allCases.map(\.rawValue).joined(separator: ", ")), "
          + "found \(names.map(printable).joined(separator: " and "))")
    }
    self = mode
  }

  private static let flags = [
    ("pooling_mode_cls_token", "cls"), ("pooling_mode_max_tokens", "max"),
    ("pooling_mode_mean_tokens", "mean"),
    ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"),
    ("pooling_mode_weightedmean_tokens", "weightedmean"), ("pooling_mode_lasttoken", "lasttoken"),
  ]
}

/// The path of a name in a directory; the directory's own for an empty name.
func joined(_ directory: String, _ name: String) -> String {
  if name.isEmpty { return directory }
  return directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
}
