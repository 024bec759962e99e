import Checkpoints
import JSON

/// What a model's `tokenizer_config.json` says that its tokenizer's own files do not.
package struct TokenizerSettings: Sendable {
  static let fileName = "tokenizer_config.json"

  /// Which of transformers' tokenizers it is.
  let tokenizerClass: String?
  /// The number of `<extra_id_n>` after a T5's pieces.
  let extraIDs: Int?
  /// The most tokens of a sequence; nil also where the file names a number beyond all sequences, as
  /// transformers does for "no limit".
  package let maximumTokens: Int?

  /// Reads the file of a model directory; without one nothing is known.
  init(directory: String) throws(RerankingError) {
    let path = "\(directory)/\(Self.fileName)"
    let value: JSONValue
    do {
      value = try SmallJSONFile.value(path, expected: "a tokenizer's settings")
    } catch .missing {
      tokenizerClass = nil
      extraIDs = nil
      maximumTokens = nil
      return
    } catch {
      throw error.asModelError
    }
    guard let members = value.object else {
      throw .unusableModel(path: path, reason: "expected an object, found \(value.kind)")
    }
    let extraIDs = members["extra_ids"]
    guard extraIDs == nil || extraIDs == .null || extraIDs?.int != nil else {
      throw .unusableModel(
        path: path, reason: "extra_ids: expected an integer, found \(extraIDs?.kind ?? "none")")
    }
    tokenizerClass = members["tokenizer_class"]?.string
    self.extraIDs = extraIDs?.int
    maximumTokens = members["model_max_length"]?.int.flatMap { $0 >= 1 ? $0 : nil }
  }
}
