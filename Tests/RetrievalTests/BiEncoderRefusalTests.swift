import Retrieval
import Support
import Testing

/// What is not computed here, or is broken, is refused in a sentence.
@Suite struct BiEncoderRefusalTests {
  /// A file of the model, what it is replaced by, and words of the message.
  struct Fault: CustomTestStringConvertible, Sendable {
    let file: String
    let text: String
    let message: String

    init(_ file: String, _ text: String, _ message: String) {
      self.file = file
      self.text = text
      self.message = message
    }

    var testDescription: String { message }
  }

  static let modules = "modules.json"
  static let pooling = "1_Pooling/config.json"
  static let prompts = "config_sentence_transformers.json"
  static let faults = [
    Fault(modules, "{}", "expected an array, found an object"),
    Fault(modules, "[]", "Transformer, Pooling and perhaps Normalize, found none"),
    Fault(modules, #"[{"type": "a.Transformer"}]"#, "[0]: expected an object with strings"),
    Fault(
      modules,
      #"[{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"}, "#
        + #"{"type": "a.Dense", "path": "2_Dense"}]"#, "found Transformer, Pooling, Dense"),
    Fault(
      modules,
      #"[{"type": "a.Transformer", "path": "x/../.."}, {"type": "a.Pooling", "path": ""}]"#,
      "[0].path: expected a folder of the model"),
    // A slash with an accent after it, and a character that a terminal would obey.
    Fault(
      modules,
      #"[{"type": "a.Transformer", "path": "../\u0301x\u009b"}, {"type": "a.Pooling", "path": ""}]"#,
      "[0].path: expected a folder of the model, found \"../\u{301}x\u{FFFD}\""),
    Fault(modules, "[", "modules.json: expected JSON"),
    Fault(
      pooling, #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#,
      "expected one pooling mode of"),
    Fault(pooling, #"{"pooling_mode": "attention"}"#, "found attention"),
    Fault(pooling, #"{"pooling_mode": ["cls", "mean"]}"#, "found cls and mean"),
    Fault(pooling, #"{"include_prompt": false}"#, "include_prompt: expected true beside prompts"),
    Fault(prompts, #"{"prompts": {"query": 1}}"#, "prompts: expected an object of strings"),
    Fault(prompts, #"{"similarity_fn_name": "euclidean"}"#, #"expected "cosine" or "dot""#),
    Fault(prompts, #"{"default_prompt_name": "query"}"#, "the name of one of the prompts"),
    Fault(prompts, #"{"truncate_dim": 8}"#, "truncate_dim: expected whole embeddings"),
    Fault(prompts, #"{"model_type": "SparseEncoder"}"#, #"expected "SentenceTransformer""#),
    Fault(
      "sentence_bert_config.json", #"{"max_seq_length": 0}"#,
      "max_seq_length: expected a positive integer, found 0"),
    Fault(
      "sentence_bert_config.json", #"{"transformer_task": "fill-mask"}"#,
      #"expected "feature-extraction", found "fill-mask""#),
    Fault(
      "config.json", #"{"model_type": "mpnet"}"#,
      "model_type: expected one of bert, distilbert, electra, roberta, xlm-roberta, camembert, "
        + #"albert, found "mpnet""#),
    Fault("model.safetensors", "no weights", "model.safetensors"),
    Fault("vocab.txt", "a\n", "expected the piece [UNK]"),
  ]

  @Test("A model that is not computed here is refused", arguments: faults)
  func refusal(fault: Fault) throws {
    try TemporaryFolder.use { folder in
      let path = try BiEncoderFixture(name: "prompts").assemble(in: folder)
      try folder.write(fault.text, to: "model/\(fault.file)")
      let error = #expect(throws: BiEncoderError.self) { try BiEncoder(path: path) }
      #expect(error?.description.contains(fault.message) == true, "\(String(describing: error))")
    }
  }

  @Test("A missing directory is named")
  func missing() {
    #expect(
      throws: BiEncoderError.fileMissing(
        path: "/nowhere/config.json", expected: "a model's configuration")
    ) {
      try BiEncoder(path: "/nowhere")
    }
  }

  @Test(
    "A budget beyond the model's positions, or without room for text, is refused",
    arguments: [2, 65])
  func budget(tokens: Int) {
    #expect(throws: BiEncoderError.self) {
      try BiEncoderFixture(name: "cls").load { $0.maximumTokens = tokens }
    }
  }
}
