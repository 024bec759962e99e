import JSON
import Reranking
import Transformers

/// What `config.json` says about an architecture, by name, in the order in which people ask.
struct ModelSizes: Sendable {
  /// Whose text computes the model: `t5`, `mt5`, `bert`, `electra`, ….
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
      family = bert.family.rawValue
      sizes = Self.encoder(bert) + [("labels", JSONValue(bert.labels))]
    case .colBERT(let bert, let dimension):
      family = bert.family.rawValue
      sizes = Self.encoder(bert) + [("vector_width", JSONValue(dimension))]
    case .modernBERT(let bert):
      family = ModernBERTConfiguration.family
      let near = bert.attention.compactMap(\.reach)
      sizes = [
        ("layers", JSONValue(bert.attention.count)), ("local_layers", JSONValue(near.count)),
        ("reach", near.first.map { JSONValue($0) } ?? .null), ("width", JSONValue(bert.width)),
        ("heads", JSONValue(bert.heads)), ("hidden_width", JSONValue(bert.hiddenWidth)),
        ("activation", JSONValue(String(describing: bert.activation))),
        ("vocabulary", JSONValue(bert.vocabularySize)),
        ("maximum_positions", JSONValue(bert.maximumPositions)),
        ("pooling", .string(bert.pooling.rawValue)), ("labels", JSONValue(bert.labels)),
      ]
    case .deBERTa(let bert):
      family = DeBERTaConfiguration.family
      sizes = [
        ("layers", JSONValue(bert.layers)), ("width", JSONValue(bert.width)),
        ("heads", JSONValue(bert.heads)), ("hidden_width", JSONValue(bert.hiddenWidth)),
        ("activation", JSONValue(String(describing: bert.activation))),
        ("vocabulary", JSONValue(bert.vocabularySize)),
        ("maximum_positions", JSONValue(bert.maximumPositions)),
        ("position_buckets", bert.buckets.map { JSONValue($0) } ?? .null),
        ("maximum_distance", JSONValue(bert.maximumDistance)),
        ("token_types", JSONValue(bert.tokenTypes)), ("labels", JSONValue(bert.labels)),
      ]
    }
  }

  private static func encoder(_ bert: BERTConfiguration) -> [(name: String, value: JSONValue)] {
    [
      ("layers", JSONValue(bert.layers)), ("width", JSONValue(bert.width)),
      ("heads", JSONValue(bert.heads)), ("hidden_width", JSONValue(bert.hiddenWidth)),
      ("activation", JSONValue(String(describing: bert.activation))),
      ("vocabulary", JSONValue(bert.vocabularySize)),
      ("embedding_width", JSONValue(bert.embeddingWidth)),
      ("maximum_positions", JSONValue(bert.maximumPositions)),
      ("token_types", JSONValue(bert.tokenTypes)),
    ]
  }
}
