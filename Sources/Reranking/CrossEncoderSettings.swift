import Checkpoints
import JSON

/// What sentence-transformers writes about a cross-encoder beside `config.json`.
///
/// Source: `BaseModel._load_modules` and `CrossEncoder._parse_model_config` of sentence-transformers 6.2.
struct CrossEncoderSettings {
  /// What errors call the file.
  let path: String
  /// PyTorch's name of the function that scores are the outputs' values by; nil if `config.json` decides.
  let activation: JSONValue?
  /// The most tokens of a pair; nil if the tokenizer decides.
  let maximumTokens: Int?

  private static let fileName = "config_sentence_transformers.json"
  private static let modulesName = "modules.json"
  private static let limitName = "sentence_bert_config.json"
  /// What belongs to a model as sentence-transformers writes it.
  static let fileNames = [fileName, modulesName, limitName]

  /// Reads `config_sentence_transformers.json` and `sentence_bert_config.json`.
  ///
  /// Without `modules.json`, or where the first speaks of another kind of model, they do not count.
  ///
  /// - Throws: `RerankingError.unusableModel` for a prompt before each text, which is not computed here.
  init(directory: String) throws(RerankingError) {
    let path = "\(directory)/\(Self.fileName)"
    self.path = path
    guard let file = try Self.ifPresent(path),
      try Self.ifPresent("\(directory)/\(Self.modulesName)") != nil,
      file["model_type"]?.string == "CrossEncoder"
    else {
      activation = nil
      maximumTokens = nil
      return
    }
    if let name = file["default_prompt_name"]?.string,
      let prompt = file["prompts"]?[name]?.string, !prompt.isEmpty
    {
      throw .unusableModel(
        path: path,
        reason: "default_prompt_name: expected no prompt before a cross-encoder's texts, "
          + "found \(name.prefix(80).debugDescription)")
    }
    let limits = try Self.ifPresent("\(directory)/\(Self.limitName)")
    maximumTokens = limits?["max_seq_length"]?.int.flatMap { $0 >= 1 ? $0 : nil }
    let named = file["activation_fn"]
    activation = named?.isNull == true ? Optional.none : named
  }

  private static func ifPresent(_ path: String) throws(RerankingError) -> JSONValue? {
    do {
      return try SmallJSONFile.value(path, expected: "settings")
    } catch .missing {
      return nil
    } catch {
      throw error.asModelError
    }
  }
}
