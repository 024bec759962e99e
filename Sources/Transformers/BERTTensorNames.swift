/// What the tensors of BERT's kin are called in their checkpoints, but for `.weight` and `.bias`.
///
/// Source: transformers' modeling files of each family.
package struct BERTTensorNames {
  /// The names in one layer, below its own.
  struct Layer {
    let query, key, value, attentionOutput, attentionNorm, opening, closing, norm: String
  }

  private let family: BERTConfiguration.Family

  package init(_ family: BERTConfiguration.Family) {
    self.family = family
  }

  /// What the encoder's names begin with below a head.
  package var base: String {
    switch family {
    case .bert: "bert."
    case .distilBERT: "distilbert."
    case .electra: "electra."
    case .roBERTa, .xlmRoBERTa, .camemBERT: "roberta."
    case .albert: "albert."
    }
  }

  /// The linear layer between the embeddings and the first layer; nil if there is none.
  func projection(from embeddingWidth: Int, to width: Int) -> String? {
    switch family {
    case .electra: embeddingWidth == width ? nil : "embeddings_project"
    case .albert: "encoder.embedding_hidden_mapping_in"
    default: nil
    }
  }

  /// The layer with weights of its own of that number.
  func layer(_ index: Int) -> String {
    switch family {
    case .distilBERT: "transformer.layer.\(index)"
    case .albert: "encoder.albert_layer_groups.\(index).albert_layers.0"
    default: "encoder.layer.\(index)"
    }
  }

  var layer: Layer {
    switch family {
    case .distilBERT:
      Layer(
        query: "attention.q_lin", key: "attention.k_lin", value: "attention.v_lin",
        attentionOutput: "attention.out_lin", attentionNorm: "sa_layer_norm",
        opening: "ffn.lin1", closing: "ffn.lin2", norm: "output_layer_norm")
    case .albert:
      Layer(
        query: "attention.query", key: "attention.key", value: "attention.value",
        attentionOutput: "attention.dense", attentionNorm: "attention.LayerNorm",
        opening: "ffn", closing: "ffn_output", norm: "full_layer_layer_norm")
    default:
      Layer(
        query: "attention.self.query", key: "attention.self.key", value: "attention.self.value",
        attentionOutput: "attention.output.dense", attentionNorm: "attention.output.LayerNorm",
        opening: "intermediate.dense", closing: "output.dense", norm: "output.LayerNorm")
    }
  }

  /// The head's two linear layers.
  var head: (pooler: String, classifier: String) {
    switch family {
    case .bert: ("bert.pooler.dense", "classifier")
    case .albert: ("albert.pooler", "classifier")
    case .distilBERT: ("pre_classifier", "classifier")
    case .electra, .roBERTa, .xlmRoBERTa, .camemBERT: ("classifier.dense", "classifier.out_proj")
    }
  }

  /// What a checkpoint may hold below `base` that a classifier does not use: a pooler that its head
  /// does without.
  var unused: [String] {
    switch family {
    case .bert, .distilBERT, .electra, .albert: []
    case .roBERTa, .xlmRoBERTa, .camemBERT: ["pooler.dense.weight", "pooler.dense.bias"]
    }
  }
}
