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
      ("num_heads", 1.5, "num_heads: expected an integer from 1 to 4096, found 1.5"),
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

  @Test("BERT's kin is read with its own keys and defaults")
  func kin() throws {
    let distil = try BERTConfiguration(
      [
        "model_type": "distilbert", "vocab_size": 9, "dim": 8, "n_heads": 2, "hidden_dim": 5,
        "n_layers": 3, "activation": "relu",
      ], path: "config.json")
    #expect(distil.family == .distilBERT && distil.tokenTypes == 0 && distil.epsilon == 1e-12)
    #expect(distil.width == 8 && distil.hiddenWidth == 5 && distil.activation == .relu)
    let electra = try bert(["model_type": "electra"])
    #expect(electra.embeddingWidth == 128 && electra.width == 30)
    let roberta = try bert(["model_type": "roberta", "max_position_embeddings": 514])
    #expect(roberta.paddingToken == 1 && roberta.maximumPositions == 512)
    let albert = try bert(["model_type": "albert"])
    #expect(albert.distinctLayers == 1 && albert.activation == .geluTanh)
    for (changes, reason) in [
      (
        ["model_type": "roberta", "max_position_embeddings": 2],
        "max_position_embeddings: expected more than pad_token_id + 1, 2, found 2"
      ),
      (["model_type": "albert", "inner_group_num": 2], "inner_group_num: expected 1, found 2"),
      (
        ["model_type": "albert", "num_hidden_groups": 4],
        "num_hidden_groups: expected an integer from 1 to 3, found 4"
      ),
      (
        ["model_type": "distilbert"],
        "dim: expected an integer from 1 to 16777216, "
          + "found no such key"
      ),
    ] as [([String: JSONValue], String)] {
      #expect(throws: ModelError.configuration(path: "config.json", reason: reason)) {
        try bert(changes)
      }
    }
  }

  private func modernBERT(_ changes: JSONObject) throws -> ModernBERTConfiguration {
    var members: JSONObject = [
      "model_type": "modernbert", "vocab_size": 113, "hidden_size": 24, "num_attention_heads": 3,
      "intermediate_size": 53, "num_hidden_layers": 4,
    ]
    for (key, value) in changes { members[key] = value }
    return try ModernBERTConfiguration(.object(members), path: "config.json")
  }

  @Test("A ModernBERT's layers see all or near tokens, as transformers 4 and 5 write it")
  func modernBERT() throws {
    let usual = try modernBERT([:])
    #expect(usual.attention.map(\.reach) == [nil, 64, 64, nil])
    #expect(usual.attention.map(\.rotaryBase) == [160_000, 10_000, 10_000, 160_000])
    #expect(usual.pooling == .first && usual.maximumPositions == 8192 && usual.epsilon == 1e-5)
    let old = try modernBERT([
      "global_attn_every_n_layers": 2, "local_attention": 10, "global_rope_theta": 80_000,
      "local_rope_theta": 5,
    ])
    #expect(old.attention.map(\.reach) == [nil, 5, nil, 5])
    #expect(old.attention.map(\.rotaryBase) == [80_000, 5, 80_000, 5])
    let new = try modernBERT([
      "layer_types": [
        "sliding_attention", "full_attention", "full_attention", "sliding_attention",
      ],
      "rope_parameters": [
        "full_attention": ["rope_type": "default", "rope_theta": 7],
        "sliding_attention": ["rope_type": "default", "rope_theta": 3.5],
      ],
    ])
    #expect(new.attention.map(\.reach) == [64, nil, nil, 64])
    #expect(new.attention.map(\.rotaryBase) == [3.5, 7, 7, 3.5])
  }

  @Test("What no ModernBERT can have is refused")
  func modernBERTRefusals() {
    for (changes, reason) in [
      (["classifier_pooling": "max"], #"classifier_pooling: expected cls or mean, found "max""#),
      (
        ["layer_types": ["full_attention"]],
        "layer_types: expected 4 times full_attention or sliding_attention, "
          + #"found ["full_attention"]"#
      ),
      (
        ["rope_parameters": ["full_attention": ["rope_type": "yarn"]]],
        #"rope_parameters.full_attention.rope_type: expected "default", found "yarn""#
      ),
      (
        ["num_attention_heads": 8],
        "num_attention_heads: expected a divisor of half of hidden_size 24, found 8"
      ),
      (
        ["local_rope_theta": 0], "local_rope_theta: expected a number above 0, found 0"
      ),
    ] as [(JSONObject, String)] {
      #expect(throws: ModelError.configuration(path: "config.json", reason: reason)) {
        try modernBERT(changes)
      }
    }
  }

  private func deBERTa(_ changes: JSONObject) throws -> DeBERTaConfiguration {
    var members: JSONObject = [
      "model_type": "deberta-v2", "vocab_size": 113, "hidden_size": 30, "num_attention_heads": 5,
      "intermediate_size": 53, "num_hidden_layers": 3, "relative_attention": true,
      "position_buckets": 256, "pos_att_type": "p2c|c2p",
    ]
    for (key, value) in changes { members[key] = value }
    return try DeBERTaConfiguration(.object(members), path: "config.json")
  }

  @Test("A DeBERTa's distances have the rows that transformers gives them")
  func distanceRows() throws {
    let configuration = try deBERTa([:])
    #expect(configuration.span == 256 && configuration.maximumDistance == 512)
    // By make_log_bucket_position(d, 256, 512) + 256, clamped, of transformers 5.23.
    let rows = [
      0: 256, 1: 257, -1: 255, 127: 383, 128: 384, 129: 385, 130: 386, 200: 425, -200: 87,
      300: 463, 400: 489, 511: 511, -511: 1, 600: 511, -600: 0,
    ]
    for (distance, row) in rows {
      #expect(configuration.row(of: distance) == row, "distance \(distance)")
    }
    let plain = try deBERTa(["position_buckets": -1, "max_relative_positions": 20])
    #expect([-30, -20, 0, 19, 30].map(plain.row) == [0, 0, 20, 39, 39])
  }

  @Test("What no DeBERTa here can have is refused")
  func deBERTaRefusals() {
    for (changes, reason) in [
      (["relative_attention": false], "relative_attention: expected true, found false"),
      (
        ["conv_kernel_size": 3],
        "conv_kernel_size: expected 0, as no convolution is computed here, found 3"
      ),
      (["pos_att_type": "c2p|p2p"], #"pos_att_type: expected c2p, p2c or both, found "c2p|p2p""#),
      (["embedding_size": 7], "embedding_size: expected hidden_size, 30, found 7"),
      (
        ["position_buckets": 256, "max_relative_positions": 100],
        "position_buckets: expected 2 to 196, or -1, found 256"
      ),
    ] as [(JSONObject, String)] {
      #expect(throws: ModelError.configuration(path: "config.json", reason: reason)) {
        try deBERTa(changes)
      }
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
