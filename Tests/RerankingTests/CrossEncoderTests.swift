import Foundation
import RankingCore
import Reranking
import Testing

@Suite("Cross-encoders")
struct CrossEncoderTests {
  private static let pairs = [TextPair("a b", "c d e"), TextPair("f", "a b g h")]

  @Test("Scores are those of sentence-transformers' CrossEncoder, long and empty texts among them")
  func reference() throws {
    // CrossEncoder("weights/cross-encoder-mini").predict(pairs), sentence-transformers 6.2, float32.
    let expected = [
      0.974726140499115, 0.11111869663000107, 0.3040761947631836, 0.9747437834739685,
      0.9738792181015015,
    ]
    let pairs =
      [0, 1, 3, 7].map { TextPair(Passages.query.text, Passages.documents[$0].text) } + [
        TextPair(
          String(repeating: "wing ", count: 300), String(repeating: "vaccine ", count: 600))
      ]
    let scorer = try CrossEncoder(ShippedModel.bert())
    #expect(scorer.scale == .probability)
    for (score, reference) in zip(try scorer.scores(for: pairs), expected) {
      // The parity tolerance of logits; the sigmoid only makes differences smaller.
      #expect(abs(score - reference) < 1e-4)
    }
  }

  @Test(
    "The activation in config.json decides what scores mean, as in sentence-transformers",
    arguments: [
      ("\"x\": 0", ScoreScale.probability),
      (#""sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}"#, .logit),
      (
        #""sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Sigmoid"}"#,
        .probability
      ),
      (#""sentence_transformers": {"version": "5.0"}"#, .probability),
      (
        #""sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity""#, .logit
      ),
      (#""sbert_ce_default_activation_function": null"#, .probability),
      (
        """
        "sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Sigmoid"},
        "sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"
        """, .probability
      ),
      (
        """
        "sentence_transformers": {"activation_fn": null},
        "sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"
        """, .probability
      ),
    ])
  func activation(members: String, expected: ScoreScale) throws {
    let configuration = try TinyBERT.configuration(adding: members)
    try TinyBERT.read(replacing: ["config.json": configuration]) { model in
      let usual = try CrossEncoder(model)
      #expect(usual.scale == expected)
      var options = RerankerOptions()
      options.scale = .logit
      let chosen = try CrossEncoder(model, options: options)
      #expect(chosen.scale == .logit)
    }
  }

  @Test(
    "Another activation is refused by its name",
    arguments: ["\"torch.nn.modules.activation.Tanh\"", "\"my.module.Sigmoid\"", "3"])
  func otherActivation(name: String) throws {
    let configuration = try TinyBERT.configuration(
      adding: "\"sbert_ce_default_activation_function\": \(name)")
    try TinyBERT.read(replacing: ["config.json": configuration]) { model in
      guard case .unusableModel(let path, let reason) = refusal({ try CrossEncoder(model) }) else {
        Issue.record("\(name) is taken")
        return
      }
      #expect(path.hasSuffix("config.json"))
      #expect(reason.contains("sbert_ce_default_activation_function"))
    }
  }

  @Test("Of two labels the last one's log-probability is the score, and the difference the logit")
  func twoLabels() throws {
    try TinyBERT.read("bert-two-labels") { model in
      let scorer = try CrossEncoder(model)
      #expect(scorer.scale == .logProbability)
      let scores = try scorer.scores(for: Self.pairs)
      var options = RerankerOptions()
      options.scale = .logit
      let logits = try CrossEncoder(model, options: options).scores(for: Self.pairs)
      #expect(scores == logits.map { LogOdds($0).logProbability })
      #expect(logits[0] != logits[1])
    }
  }

  @Test("Unless options or manifest say more, pairs have the tokenizer's budget")
  func budget() throws {
    func tokens(_ files: [String: String], _ options: RerankerOptions = .init()) throws -> Int {
      try TinyBERT.read(replacing: files) { model in
        try model.reranker(options).rerank(
          [Document(text: String(repeating: "a ", count: 2000))], for: Query(text: "b"),
          progress: nil
        ).statistics.tokens
      }
    }
    let settings = "tokenizer_config.json"
    #expect(try tokens([:]) == 512)
    #expect(try tokens([settings: #"{"model_max_length": 100}"#]) == 100)
    #expect(try tokens([settings: #"{"model_max_length": 1000}"#]) == 512)
    let unlimited = #"{"model_max_length": 1000000000000000019884624838656}"#
    #expect(try tokens([settings: unlimited]) == 512)
    let manifest = ["reranker.json": #"{"mode": "cross", "max_tokens": 64}"#]
    #expect(try tokens(manifest) == 64)
    var options = RerankerOptions()
    options.maximumTokens = 300
    #expect(try tokens(manifest, options) == 300)
  }

  @Test("By default the longer text is cut, and by option the document alone")
  func truncation() throws {
    let long = String(repeating: "vaccine ", count: 600)
    func statistics(_ truncation: Truncation?) throws -> RerankingStatistics {
      var options = RerankerOptions()
      options.truncation = truncation
      return try CrossEncoder(ShippedModel.bert(), options: options).rerank(
        [Document(text: "a short document")], for: Query(text: long), progress: nil
      ).statistics
    }
    #expect(try statistics(nil).shortenedQueries == 1)
    #expect(try statistics(nil).shortenedDocuments == 0)
    var options = RerankerOptions()
    let pairs = [TextPair(String(repeating: "wing ", count: 300), long)]
    let usual = try CrossEncoder(ShippedModel.bert(), options: options).scores(for: pairs)
    options.truncation = .prompt
    #expect(try CrossEncoder(ShippedModel.bert(), options: options).scores(for: pairs) == usual)
    options.truncation = .document
    #expect(try CrossEncoder(ShippedModel.bert(), options: options).scores(for: pairs) != usual)
  }

  @Test("A model with one token type cannot read pairs")
  func tokenTypes() throws {
    let configuration = try TinyBERT.configuration(adding: "\"x\": 0")
      .replacingOccurrences(of: "\"type_vocab_size\": 2", with: "\"type_vocab_size\": 1")
    // The checkpoint has two rows, so even reading is refused.
    let error = refusal { try TinyBERT.read(replacing: ["config.json": configuration]) { _ in } }
    #expect(error?.description.contains("token_type_embeddings") == true)
  }
}
