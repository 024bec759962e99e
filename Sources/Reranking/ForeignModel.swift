import Checkpoints
import JSON

/// A model directory that holds no re-ranker: says what it holds instead, and what to do.
struct ForeignModel {
  let files: ModelFiles
  let configuration: JSONValue

  /// Refuses what `config.json` alone shows to be a generative decoder.
  func checkArchitecture() throws(RerankingError) {
    guard let architecture else { return }
    for ending in ["ForCausalLM", "LMHeadModel"] where architecture.hasSuffix(ending) {
      throw refusal(
        "a generative decoder, which is not computed here; take a T5 or a cross-encoder")
    }
  }

  /// Refuses a checkpoint in which nothing stands behind the encoder that could score a text.
  ///
  /// Only what the names of tensors show: a checkpoint with a classifier is judged by its shapes later.
  func checkHead(_ tensors: [StoredTensor]) throws(RerankingError) {
    let names = tensors.map(\.name)
    let scores = names.contains { name in
      Self.headNames.contains { name.hasPrefix($0) }
        || name.hasSuffix("decoder.final_layer_norm.weight")
    }
    guard !scores else { return }
    if files.exists("modules.json") {
      throw refusal(
        "a bi-encoder, which reads queries and documents apart; it finds documents with "
          + "t5rank index --encoder, and a cross-encoder re-ranks them")
    }
    let isMasked =
      architecture?.hasSuffix("ForMaskedLM") == true
      || architecture?.hasSuffix("ForPreTraining") == true
      || names.contains { $0.hasPrefix("cls.") || $0.hasPrefix("lm_head.") }
    throw refusal(
      isMasked
        ? "a masked language model, which has not learnt to rank; take a cross-encoder made of it"
        : "an encoder without a classifier; take a cross-encoder made of it")
  }

  /// How the names of what scores begin, in the checkpoints of all families.
  private static let headNames = ["classifier.", "classification_head.", "score.", "linear."]

  private var architecture: String? { configuration["architectures"]?[0]?.string }

  private func refusal(_ what: String) -> RerankingError {
    let name = (architecture ?? configuration["model_type"]?.string).map { "\($0.prefix(80)), " }
    return .unusableModel(
      path: files.directory, reason: "expected a re-ranker, found \(name ?? "")\(what)")
  }
}
