import Foundation
import RankingCore
import Reranking
import Testing

@Suite("Models known by their directory's name")
struct KnownModelTests {
  /// Opens a copy of a family's tiny model under another name.
  private func withModel<Result>(
    _ family: String = "byt5", named name: String, replacing texts: [String: String] = [:],
    _ body: (ModelDirectory) throws -> Result
  ) throws -> Result {
    try withModelFolder(of: ScoredFamily(family).folder, replacing: texts) { folder in
      try withTemporaryFolder { other in
        let path = "\(other)/\(name)"
        try FileManager.default.createDirectory(
          atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder)
        return try body(ModelDirectory(path: path))
      }
    }
  }

  private func configuration(adding members: String) throws -> String {
    let text = try String(
      contentsOfFile: "\(ScoredFamily("byt5").folder)/config.json", encoding: .utf8)
    return "{\(members)," + text.drop { $0 != "{" }.dropFirst()
  }

  @Test("The name alone decides about mode, prompt and budget")
  func name() throws {
    try withModel(named: "models--Soyoung97--RankT5-base/snapshots/12") { model in
      #expect(model.knownCheckpoint?.name == "Soyoung97/RankT5-base")
      #expect(model.defaultMode == .rank)
      let names = try [Prompt.Mode.rank, .mono].map { try model.prompt(for: $0).name }
      #expect(names == ["rankt5", "monot5"])
      #expect(model.note(for: RerankerOptions()) == nil)
    }
    try withModel(named: "castorini-duot5-base-msmarco") { model in
      #expect(model.defaultMode == .duo)
      let reranker = try model.reranker()
      #expect(reranker is DuoT5)
    }
    try withModel(named: "Dundalia/TWOLAR-xl") { model in
      let long = Document(id: "d", text: String(repeating: "bee ", count: 300))
      let result = try model.reranker().rerank([long], for: Passages.query, progress: nil)
      #expect(result.statistics.tokens == 500)
    }
  }

  @Test("A manifest goes before the name, and options before both")
  func overriding() throws {
    let manifest = #"{"mode": "mono", "prompts": {"rank": "rankt5-digits"}, "max_tokens": 90}"#
    try withModel(named: "RankT5-base", replacing: ["reranker.json": manifest]) { model in
      #expect(model.defaultMode == .mono)
      #expect(try model.prompt(for: .rank).name == "rankt5-digits")
      var options = RerankerOptions()
      options.prompts = ["rankt5"]
      #expect(try model.prompt(for: .rank, options: options).name == "rankt5")
      let long = Document(id: "d", text: String(repeating: "bee ", count: 300))
      let result = try model.reranker().rerank([long], for: Passages.query, progress: nil)
      #expect(result.statistics.tokens == 90)
    }
  }

  @Test("What a model was loaded from names a re-ranker, but never refuses one")
  func origin() throws {
    let known = try configuration(adding: #""_name_or_path": "castorini/duot5-base-msmarco/""#)
    try withModel(named: "mine", replacing: ["config.json": known]) { model in
      #expect(model.knownCheckpoint?.name == "castorini/duot5-base-msmarco")
      #expect(model.defaultMode == .duo)
    }
    // castorini's own checkpoints were loaded from t5-base.
    let plain = try configuration(adding: #""_name_or_path": "t5-base""#)
    try withModel(named: "mine", replacing: ["config.json": plain]) { model in
      #expect(model.knownCheckpoint == nil)
      let reranker = try model.reranker()
      #expect(reranker is MonoT5)
    }
  }

  @Test("A name of another kind of model is a coincidence")
  func coincidence() throws {
    try withModel(named: "cross-encoder/ms-marco-mine") { #expect($0.knownCheckpoint == nil) }
    try withModel("t5-classifier", named: "monot5-base-msmarco") {
      #expect($0.knownCheckpoint == nil && $0.defaultMode == .cross)
    }
  }

  @Test("A plain T5 is refused by its name, unless a manifest or the options say that it ranks")
  func plain() throws {
    try withModel(named: "google/byt5-small") { model in
      for mode in [RankingMode.mono, .rank, .duo, .monoDuo] {
        var options = RerankerOptions()
        options.mode = mode
        guard case .unusableModel(model.path, let reason) = refusal({ try model.reranker(options) })
        else {
          Issue.record("mode \(mode.rawValue) is not refused")
          continue
        }
        #expect(
          reason
            == "expected a re-ranker, found google/byt5-small by the directory's name, which is "
            + "a language model that has not learnt to rank; --accept-any-model or a reranker.json "
            + "in it lets it rank all the same")
        options.plainModels = .accepted
        #expect(refusal { try model.reranker(options) } == nil)
      }
    }
    try withModel(named: "t5-small", replacing: ["reranker.json": #"{"mode": "mono"}"#]) {
      let reranker = try $0.reranker()
      #expect(reranker is MonoT5)
    }
  }

  @Test("Where nobody says how a T5 is asked there is a note, and none where someone does")
  func note() throws {
    try withModel(named: "mine") { model in
      var options = RerankerOptions()
      #expect(model.note(for: options)?.hasPrefix("\(model.path): no known re-ranker") == true)
      options.prompts = ["monot5"]
      #expect(model.note(for: options) == nil)
    }
    try withModel("t5-classifier", named: "mine") {
      #expect($0.note(for: RerankerOptions()) == nil)
    }
    #expect(try ShippedModel.t5().note(for: RerankerOptions()) == nil)
  }

  @Test(
    "What is no re-ranker at all is refused with what it is",
    arguments: [
      ("LlamaForCausalLM", "llama", "a generative decoder"),
      ("GPT2LMHeadModel", "gpt2", "a generative decoder"),
    ])
  func decoders(architecture: String, type: String, found: String) throws {
    try withTemporaryFolder { folder in
      try write(
        #"{"architectures": ["\#(architecture)"], "model_type": "\#(type)"}"#,
        to: "\(folder)/config.json")
      let error = refusal { try ModelDirectory(path: folder) }
      #expect(
        error?.description
          == "\(folder): expected a re-ranker, found \(architecture), \(found), which is not "
          + "computed here; take a T5 or a cross-encoder")
    }
  }

  @Test("A BERT or a T5 encoder with nothing behind it is refused as what it is")
  func headless() throws {
    let encoder = ShippedModel.package
      .appendingPathComponent("Tests/Fixtures/bi-encoders/encoder").path
    func found(_ texts: [String: String]) throws -> String {
      try withModelFolder(of: encoder, replacing: texts) { folder in
        try #require(refusal { try ModelDirectory(path: folder) }).description
      }
    }
    #expect(try found(["modules.json": "[]"]).contains("found bert, a bi-encoder, which reads"))
    #expect(try found([:]).contains("found bert, an encoder without a classifier"))
    let text = try String(contentsOfFile: "\(encoder)/config.json", encoding: .utf8)
    let masked = "{\"architectures\": [\"BertForMaskedLM\"]," + text.drop { $0 != "{" }.dropFirst()
    #expect(
      try found(["config.json": masked]).contains("found BertForMaskedLM, a masked language model"))
  }
}
