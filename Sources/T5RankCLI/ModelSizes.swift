import JSON
import Reranking
import Transformers

/// What `config.json` says about an architecture, by name, in the order in which people ask.
struct ModelSizes: Sendable {
  /// Whose text computes the model: `t5`, `mt5`, `umt5` or `bert`.
  let family: String
  let sizes: [(name: String, value: JSONValue)]

  init(_ architecture: ModelDirectory.Architecture) {
    switch architecture {
    case .t5(let t5), .t5Classifier(let t5):
      family = t5.family.rawValue
      sizes = [
        ("encoder_layers", JSONValue(t5.encoderLayers)),
        ("decoder_layers", JSONValue(t5.decoderLayers)),
        ("width", JSONValue(t5.width)), ("heads", JSONValue(t5.heads)),
        ("head_width", JSONValue(t5.headWidth)), ("hidden_width", JSONValue(t5.hiddenWidth)),
        ("activation", JSONValue(String(describing: t5.feedForward.activation))),
        ("gated", JSONValue(t5.feedForward.isGated)),
        ("vocabulary", JSONValue(t5.vocabularySize)),
        ("position_buckets", JSONValue(t5.positionBuckets)),
        ("maximum_distance", JSONValue(t5.maximumDistance)),
      ]
    case .bert(let bert):
      family = "bert"
      sizes = [
        ("layers", JSONValue(bert.layers)), ("width", JSONValue(bert.width)),
        ("heads", JSONValue(bert.heads)), ("hidden_width", JSONValue(bert.hiddenWidth)),
        ("activation", JSONValue(String(describing: bert.activation))),
        ("vocabulary", JSONValue(bert.vocabularySize)),
        ("maximum_positions", JSONValue(bert.maximumPositions)),
        ("token_types", JSONValue(bert.tokenTypes)), ("labels", JSONValue(bert.labels)),
      ]
    }
  }
}
