import Foundation
import JSON
import RankingCore
import Reranking
import Testing

/// Tiny cross-encoders in the layouts of published ones, and what sentence-transformers gives texts by them; made
/// by scripts/golden/cross-encoders.py.
private struct ScoredCrossEncoder {
  let path: String
  let pairs: [TextPair]
  /// The classifier's outputs, one list a pair.
  let outputs: [[Double]]
  /// What `predict` gives; empty with two labels.
  let scores: [Double]
  /// How many of the numbers are predict's own.
  let predicted: Int
  let activation: String

  init(_ name: String) throws {
    let root = ShippedModel.package.appendingPathComponent("Tests/Fixtures/cross-encoders").path
    func json(_ path: String) throws -> JSONValue {
      try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)"))))
    }
    path = "\(root)/\(name)"
    pairs = try #require(try json("pairs.json").array).map {
      TextPair(try #require($0[0]?.string), try #require($0[1]?.string))
    }
    let golden = try json("\(name)/golden.json")
    let entries = try #require(golden["pairs"]?.array)
    outputs = try entries.map { try #require($0["outputs"]?.array).compactMap(\.double) }
    scores = entries.compactMap { $0["score"]?.double }
    predicted = entries.count { $0["by"]?.string == "predict" }
    activation = try #require(golden["activation"]?.string)
  }
}

@Suite("Cross-encoders score texts as sentence-transformers does")
struct CrossEncoderParityTests {
  static let names = [
    "roberta", "roberta-files", "xlm-roberta", "xlm-roberta-sentencepiece",
    "camembert-sentencepiece", "deberta-v3", "deberta-sentencepiece", "deberta-saved",
    "modernbert", "albert", "electra", "distilbert", "bert-saved",
  ]

  // The project's parity tolerance.
  static let tolerance = 1e-4

  private func expectClose(_ found: [Double], _ wanted: [Double], _ pairs: [TextPair]) {
    #expect(found.count == wanted.count)
    for (index, (found, wanted)) in zip(found, wanted).enumerated() {
      let pair = pairs[index]
      #expect(
        abs(found - wanted) <= Self.tolerance,
        "\(found), not \(wanted): \(pair.query.debugDescription), \(pair.document.debugDescription)"
      )
    }
  }

  @Test("From texts to scores, whatever the family's files", arguments: names)
  func parity(name: String) throws {
    let golden = try ScoredCrossEncoder(name)
    #expect(golden.pairs.count >= 40 && golden.outputs.count == golden.pairs.count)
    let model = try ModelDirectory(path: golden.path)
    #expect(model.defaultMode == .cross)

    var options = RerankerOptions()
    options.scale = .logit
    let logits = golden.outputs.map { $0.count == 1 ? $0[0] : $0[1] - $0[0] }
    expectClose(
      try CrossEncoder(model, options: options).scores(for: golden.pairs), logits, golden.pairs)

    let encoder = try CrossEncoder(model)
    guard !golden.scores.isEmpty else {
      #expect(encoder.scale == .logProbability)
      return
    }
    #expect(encoder.scale == (golden.activation.hasSuffix("Sigmoid") ? .probability : .logit))
    expectClose(try encoder.scores(for: golden.pairs), golden.scores, golden.pairs)
  }

  @Test("The numbers are those of predict, but for texts that spell control tokens")
  func provenance() throws {
    for name in Self.names where name != "albert" {
      let golden = try ScoredCrossEncoder(name)
      // transformers 5.23 does not follow DeBERTa's tokenizer.json in full: see the script.
      #expect(golden.predicted >= (name.hasPrefix("deberta") ? 32 : 39), "\(name)")
    }
  }
}

@Suite("What sentence-transformers writes about a cross-encoder")
struct CrossEncoderSettingsTests {
  private static let name = "config_sentence_transformers.json"
  private static let kind = #""model_type": "CrossEncoder""#
  private static let identity = #""activation_fn": "torch.nn.modules.linear.Identity""#
  private static let tanh = #""activation_fn": "torch.nn.modules.activation.Tanh""#

  /// Runs `body` with a copy of a model that has these settings, given as an object's members.
  private func withCopy<Result>(
    _ settings: [String], without removed: String? = nil,
    _ body: (ModelDirectory) throws -> Result
  ) throws -> Result {
    let golden = try ScoredCrossEncoder("bert-saved")
    return try withTemporaryFolder { folder in
      for name in try FileManager.default.contentsOfDirectory(atPath: golden.path)
      where name != removed && name != Self.name {
        try FileManager.default.copyItem(
          atPath: "\(golden.path)/\(name)", toPath: "\(folder)/\(name)")
      }
      try write("{\(settings.joined(separator: ", "))}", to: "\(folder)/\(Self.name)")
      return try body(try ModelDirectory(path: folder))
    }
  }

  private func scale(
    _ settings: [String], without removed: String? = nil
  ) throws -> ScoreScale {
    try withCopy(settings, without: removed) { try CrossEncoder($0).scale }
  }

  @Test("Its activation goes before that of config.json, if the file speaks of a cross-encoder")
  func activation() throws {
    #expect(try scale([Self.kind, Self.identity]) == .logit)
    for settings in [[Self.kind], [Self.identity], [Self.kind, #""activation_fn": null"#]] {
      #expect(try scale(settings) == .probability)
    }
    #expect(try scale([Self.kind, Self.identity], without: "modules.json") == .probability)
  }

  @Test("An unknown activation is refused, and a prompt that would stand before each text")
  func refusals() throws {
    try withCopy([Self.kind, Self.tanh]) { model in
      let error = refusal { try CrossEncoder(model) }
      #expect(
        error?.description
          == "\(model.path)/\(Self.name): activation_fn: expected "
          + "torch.nn.modules.linear.Identity or torch.nn.modules.activation.Sigmoid, found "
          + "\"torch.nn.modules.activation.Tanh\"")
    }
    let prompts = #""prompts": {"web": "Rank: ", "none": ""}"#
    try withCopy([Self.kind, prompts, #""default_prompt_name": "web""#]) { model in
      let error = refusal { try CrossEncoder(model) }
      #expect(
        error?.description
          == "\(model.path)/\(Self.name): default_prompt_name: expected no prompt before a "
          + "cross-encoder's texts, found \"web\"")
    }
    for name in ["null", "\"none\""] {
      let name = "\"default_prompt_name\": \(name)"
      #expect(try scale([Self.kind, Self.identity, prompts, name]) == .logit)
    }
  }

  @Test("max_seq_length limits a pair, within the model's positions")
  func limit() throws {
    let document = Document(id: "d", text: String(repeating: "a b c ", count: 6))
    for (limit, shortened) in [(20, 1), (40, 0), (1_000_000, 0)] {
      try withCopy([Self.kind], without: "sentence_bert_config.json") { model in
        try write("{\"max_seq_length\": \(limit)}", to: "\(model.path)/sentence_bert_config.json")
        let scored = try CrossEncoder(model).scores(of: [document], for: Query(id: "q", text: "a"))
        #expect(scored.statistics.shortenedDocuments == shortened, "\(limit)")
      }
    }
  }

  @Test("A converted model keeps them")
  func conversion() throws {
    try withCopy([Self.kind, Self.identity]) { model in
      try withTemporaryFolder { folder in
        try ModelDirectoryWriter(model).writeCompanions(to: folder)
        for name in [Self.name, "modules.json", "sentence_bert_config.json"] {
          #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)"))
        }
      }
    }
  }
}
