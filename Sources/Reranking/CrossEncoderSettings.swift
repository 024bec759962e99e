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

  private static let fileName = "config_sentence_transformers.json"
  private static let modulesName = "modules.json"
  /// What belongs to a model as sentence-transformers writes it.
  static let fileNames = [fileName, modulesName, "sentence_bert_config.json"]

  /// Reads `config_sentence_transformers.json`; without `modules.json` it counts as little as there,
  /// nor where it speaks of another kind of model.
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
