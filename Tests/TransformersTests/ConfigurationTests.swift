import JSON
import Kernels
import Testing
import Transformers

/// What `config.json` may say, and how what it must not say is refused.
@Suite struct ConfigurationTests {
  static let t5: JSONObject = [
    "model_type": "t5", "vocab_size": 97, "d_model": 16, "d_kv": 5, "num_heads": 3, "d_ff": 37,
    "num_layers": 3,
  ]
  static let bert: JSONObject = [
    "model_type": "bert", "vocab_size": 113, "hidden_size": 30, "num_attention_heads": 5,
    "intermediate_size": 53, "num_hidden_layers": 3,
  ]

  private func t5(_ changes: [String: JSONValue]) throws -> T5Configuration {
    var members = Self.t5
    for (key, value) in changes { members[key] = value }
    return try T5Configuration(.object(members), path: "config.json")
  }

  private func bert(_ changes: [String: JSONValue]) throws -> BERTConfiguration {
    var members = Self.bert
    for (key, value) in changes { members[key] = value }
    return try BERTConfiguration(.object(members), path: "config.json")
  }

  @Test("Absent keys have the reference's defaults")
  func defaults() throws {
    let configuration = try t5([:])
    #expect(configuration.decoderLayers == 3)
    #expect(configuration.positionBuckets == 32 && configuration.maximumDistance == 128)
    #expect(configuration.epsilon == 1e-6)
    #expect(configuration.startToken == 0 && configuration.endToken == 1)
    #expect(configuration.feedForward.activation == .relu && !configuration.feedForward.isGated)
    let labels = try bert([:])
    #expect(labels.labels == 2 && labels.epsilon == 1e-12 && labels.activation == .gelu)
  }

  @Test("The head is scaled as transformers 5 does it")
  func headScale() throws {
    let scaled: Float = 0.25  // 16^−½
    #expect(try t5([:]).headScale == scaled)
    #expect(try t5(["tie_word_embeddings": nil]).headScale == scaled)
    #expect(try t5(["tie_word_embeddings": false]).headScale == 1)
    #expect(
      try t5(["tie_word_embeddings": true, "scale_decoder_outputs": false]).headScale == 1)
    #expect(
      try t5(["tie_word_embeddings": false, "scale_decoder_outputs": true]).headScale == scaled)
    #expect(try t5(["model_type": "mt5", "tie_word_embeddings": true]).headScale == 1)
    #expect(try t5(["model_type": "umt5", "tie_word_embeddings": false]).headScale == scaled)
  }

  @Test(
    "The feed-forward is named as in transformers",
    arguments: [
      ("relu", Activation.relu, false), ("gated-gelu", .geluTanh, true),
      ("gated-silu", .silu, true), ("gelu_new", .geluTanh, false), ("gelu", .gelu, false),
    ])
  func feedForward(name: String, activation: Activation, isGated: Bool) throws {
    let feedForward = try t5(["feed_forward_proj": .string(name)]).feedForward
    #expect(feedForward.activation == activation && feedForward.isGated == isGated)
    let overridden = try t5([
      "feed_forward_proj": .string(name), "dense_act_fn": "silu", "is_gated_act": true,
    ]).feedForward
    #expect(overridden.activation == .silu && overridden.isGated)
  }

  @Test(
    "What no T5 can have is refused, with the key and what was found",
    arguments: [
      ("d_model", JSONValue(0), "d_model: expected an integer from 1 to 16777216, found 0"),
      ("d_kv", "5", "d_kv: expected an integer from 1 to 16777216, found \"5\""),
      ("num_heads", 1.5, "num_heads: expected an integer from 1 to 16777216, found 1.5"),
      ("d_ff", nil, "d_ff: expected an integer from 1 to 16777216, found no such key"),
      ("num_layers", 100_000, "num_layers: expected an integer from 1 to 1024, found 100000"),
      ("vocab_size", 1e300, "vocab_size: expected an integer from 1 to 16777216, found 1e+300"),
      ("layer_norm_epsilon", -1, "layer_norm_epsilon: expected a number from 0 to 1, found -1"),
      (
        "feed_forward_proj", "gated-softplus",
        "feed_forward_proj: expected relu, gelu, gelu_new, silu or swish, maybe after \"gated-\", "
          + "found \"gated-softplus\""
      ),
      ("model_type", "llama", "model_type: expected one of t5, mt5, umt5, found \"llama\""),
      (
        "decoder_start_token_id", 97,
        "decoder_start_token_id: expected an integer from 0 to 96, found 97"
      ),
      (
        "relative_attention_max_distance", 16,
        "relative_attention_max_distance: expected more than 16, found 16"
      ),
    ])
  func refusals(key: String, value: JSONValue, reason: String) {
    #expect(throws: ModelError.configuration(path: "config.json", reason: reason)) {
      try t5([key: value])
    }
  }

  @Test("What no BERT can have is refused")
  func bertRefusals() {
    for (key, value) in [
      ("num_attention_heads", JSONValue(7)), ("position_embedding_type", "relative_key"),
      ("hidden_act", "softplus"), ("id2label", []), ("model_type", "t5"),
    ] {
      #expect(throws: ModelError.self) { try bert([key: value]) }
    }
  }

  @Test("A configuration that is no object is refused")
  func noObject() {
    #expect(
      throws: ModelError.configuration(
        path: "config.json", reason: "expected an object, found an array")
    ) { try T5Configuration([], path: "config.json") }
  }
}
