import Checkpoints
import JSON
import Transformers

/// What a ColBERT's files say beside BERT's own: which texts it was taught, and how they are marked.
///
/// Two forms are read. colbert-ai's has the architecture `HF_ColBERT` in `config.json`, the linear layer
/// among the encoder's weights, and its settings in `artifact.metadata`. PyLate's has sentence-transformers'
/// `modules.json`, a Transformer and a Dense with weights of its own, and its settings in
/// `config_sentence_transformers.json`.
///
/// Source: colbert-ai 0.2.22, `colbert/infra/config/settings.py`; PyLate 1.6, `pylate/models/colbert.py`.
struct ColBERTSettings: Sendable, Hashable {
  /// The token after `[CLS]` of a query; nil: none.
  private(set) var queryMarker: String?
  /// The token after `[CLS]` of a document; nil: none.
  private(set) var documentMarker: String?
  /// Tokens of a query: of those that it has and of `[MASK]`s behind them.
  private(set) var queryTokens: Int
  /// The most tokens of a document.
  private(set) var documentTokens: Int
  /// Whether queries are filled up with `[MASK]`s.
  private(set) var expandsQueries = true
  /// Whether a query's tokens see those.
  private(set) var seesExpansion = false
  /// Tokens of documents whose vectors are left out.
  private(set) var skippedPieces: [String]
  /// The numbers of a token's vector.
  let dimension: Int
  /// The folder of the linear layer's weights; nil: they are among the encoder's.
  let projectionFolder: String?

  static let metadataName = "artifact.metadata"
  static let modulesName = "modules.json"
  static let pylateName = "config_sentence_transformers.json"
  private static let architecture = "HF_ColBERT"
  /// Python's `string.punctuation`.
  private static let punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".map(String.init)
  private static let lengths = 4...Prompt.largestBudget

  /// - Returns: nil for a directory that holds no ColBERT.
  /// - Throws: `RerankingError` or `ModelError` for what is unreadable, and for whatever is not computed
  ///   here.
  init?(_ files: ModelFiles, _ configuration: JSONValue) throws {
    if configuration["architectures"]?[0]?.string == Self.architecture {
      try self.init(metadata: files)
    } else if let dense = try Self.denseFolder(files) {
      try self.init(files, denseFolder: dense)
    } else {
      return nil
    }
    guard configuration["model_type"]?.string == BERTConfiguration.Family.bert.rawValue else {
      let found = configuration["model_type"]?.string.map { "\"\($0.prefix(80))\"" } ?? "none"
      throw RerankingError.unusableModel(
        path: files.configurationPath,
        reason: "model_type: expected \"bert\" for a ColBERT, found \(found)")
    }
  }

  /// colbert-ai's form.
  private init(metadata files: ModelFiles) throws {
    let name = Self.metadataName
    let value = files.exists(name) ? try Self.value(files, name) : .object([:])
    let reader = try ConfigurationReader(value, path: files.path(of: name))
    for (key, usual) in [("similarity", "cosine"), ("interaction", "colbert")] {
      guard try reader.word(key) ?? usual == usual else {
        throw reader.mismatch(key, expected: "\"\(usual)\"")
      }
    }
    queryMarker = try reader.word("query_token_id") ?? "[unused0]"
    documentMarker = try reader.word("doc_token_id") ?? "[unused1]"
    queryTokens = try reader.integer("query_maxlen", in: Self.lengths, default: 32)
    documentTokens = try reader.integer("doc_maxlen", in: Self.lengths, default: 220)
    seesExpansion = try reader.flag("attend_to_mask_tokens") ?? false
    skippedPieces = try reader.flag("mask_punctuation") ?? true ? Self.punctuation : []
    dimension = try reader.size("dim", default: 128)
    projectionFolder = nil
  }

  /// PyLate's form.
  private init(_ files: ModelFiles, denseFolder: String) throws {
    let layerName = "\(denseFolder)/config.json"
    let layer = try ConfigurationReader(
      Self.value(files, layerName), path: files.path(of: layerName))
    dimension = try layer.size("out_features")
    let activation = try layer.word("activation_function")
    guard activation?.hasSuffix(".Identity") ?? true else {
      throw layer.mismatch("activation_function", expected: "torch.nn.modules.linear.Identity")
    }
    guard try layer.flag("use_residual") != true else {
      throw layer.mismatch("use_residual", expected: "false")
    }
    projectionFolder = denseFolder

    let name = Self.pylateName
    let value = files.exists(name) ? try Self.value(files, name) : .object([:])
    let reader = try ConfigurationReader(value, path: files.path(of: name))
    let (query, document) = try (reader.word("query_prefix"), reader.word("document_prefix"))
    queryMarker = query == "" ? nil : query ?? "[Q] "
    documentMarker = document == "" ? nil : document ?? "[D] "
    queryTokens = try reader.integer("query_length", in: Self.lengths, default: 32)
    documentTokens = try reader.integer("document_length", in: Self.lengths, default: 180)
    expandsQueries = try reader.flag("do_query_expansion") ?? true
    seesExpansion = try reader.flag("attend_to_expansion_tokens") ?? false
    skippedPieces = try reader.strings("skiplist_words") ?? Self.punctuation
  }

  /// The folder of the one Dense behind the Transformer in `modules.json`; nil where these are no modules
  /// of a ColBERT.
  private static func denseFolder(_ files: ModelFiles) throws(RerankingError) -> String? {
    guard files.exists(modulesName) else { return nil }
    let modules = try value(files, modulesName).array ?? []
    let kinds = modules.map { $0["type"]?.string?.split(separator: ".").last.map(String.init) }
    guard kinds.count >= 2, kinds[0] == "Transformer", kinds[1...].allSatisfy({ $0 == "Dense" })
    else { return nil }
    func refusal(_ expected: String, _ found: String) -> RerankingError {
      .unusableModel(
        path: files.path(of: modulesName), reason: "expected \(expected), found \(found)")
    }
    guard kinds.count == 2 else {
      throw refusal("one Dense behind a ColBERT's Transformer", "\(kinds.count - 1)")
    }
    guard modules[0]["path"]?.string == "", let folder = modules[1]["path"]?.string,
      !folder.isEmpty, folder != ".", folder != "..", !folder.contains("/"),
      !folder.utf8.contains(0)
    else {
      throw refusal(
        "a ColBERT's Transformer in the directory itself and its Dense in a folder of it",
        "other paths")
    }
    return folder
  }

  private static func value(_ files: ModelFiles, _ name: String) throws(RerankingError) -> JSONValue
  {
    do {
      return try SmallJSONFile.value(files.path(of: name), expected: "a ColBERT's settings")
    } catch {
      throw error.asModelError
    }
  }
}
