import Checkpoints
import Foundation
import JSON
import Reranking
import Testing
import Tokenization
import Transformers

@Suite("Model directories")
struct ModelDirectoryTests {
  @Test("The shipped T5 is read with its tokenizer and manifest")
  func shippedT5() throws {
    let model = try ShippedModel.t5()
    guard case .t5(let configuration) = model.architecture else {
      Issue.record("expected a T5, found \(model.architecture)")
      return
    }
    #expect(configuration.encoderLayers == 6)
    #expect(model.tokenizer.vocabularySize == 29_627)
    #expect(model.parameterCount == 26_722_560)
    #expect(model.tensors.contains { $0.name == "shared.weight" })
    #expect(model.defaultMode == .mono)
    #expect(try model.prompt(for: .rank).name == "rankt5-digits")
    #expect(try model.reranker() is MonoT5)
  }

  @Test("The shipped cross-encoder is read with its tokenizer and manifest")
  func shippedBERT() throws {
    let model = try ShippedModel.bert()
    guard case .bert(let configuration) = model.architecture else {
      Issue.record("expected a BERT, found \(model.architecture)")
      return
    }
    #expect(configuration.labels == 1)
    #expect(model.tokenizer.vocabularySize == 30_522)
    #expect(model.defaultMode == .cross)
    #expect(try model.reranker() is CrossEncoder)
  }

  @Test("Without a manifest a T5 ranks in mode mono, by monot5, and a BERT in mode cross")
  func noManifest() throws {
    try withModelFolder(
      of: ShippedModel.path("t5rank-mini"), without: ["reranker.json", "tokenizer_config.json"]
    ) { folder in
      let model = try ModelDirectory(path: folder + "/")
      #expect(model.manifest == nil)
      #expect(model.defaultMode == .mono)
      #expect(try model.prompt(for: .mono).name == "monot5")
      #expect(model.tokenizer.token(for: "<extra_id_10>") == 29_616)
    }
    try TinyBERT.read { #expect($0.defaultMode == .cross) }
  }

  @Test("The manifest decides about mode, prompts, budget and scale, and options about all of it")
  func manifestAndOptions() throws {
    let manifest = """
      {"mode": "rank", "prompts": {"rank": "rankt5", "mono": "own.json"}, "max_tokens": 100,
       "score": "logit"}
      """
    let own = promptFile(["name": "own", "mode": "mono"])
    try withModelFolder(
      of: ShippedModel.path("t5rank-mini"),
      replacing: ["reranker.json": manifest, "own.json": own]
    ) { folder in
      let model = try ModelDirectory(path: folder)
      #expect(model.defaultMode == .rank)
      #expect(try model.prompt(for: .rank).name == "rankt5")
      #expect(try model.prompt(for: .mono).name == "own")
      #expect(try model.prompt(for: .duo).name == "duot5")
      var options = RerankerOptions()
      options.prompts = ["rankt5-digits", "duot5"]
      #expect(try model.prompt(for: .rank, options: options).name == "rankt5-digits")
      let long = Passages.documents.suffix(1)
      let cut = try model.reranker().rerank(Array(long), for: Passages.query, progress: nil)
      #expect(cut.statistics.tokens == 100)
      options.prompts = []
      options.maximumTokens = 200
      let longer = try model.reranker(options)
        .rerank(Array(long), for: Passages.query, progress: nil)
      #expect(longer.statistics.tokens == 200)
    }
  }

  @Test("A directory without a model is named with what is missing")
  func missing() throws {
    #expect(
      throws: RerankingError.fileMissing(path: "/no/such/model", expected: "a model directory")
    ) { try ModelDirectory(path: "/no/such/model") }
    #expect(throws: RerankingError.fileMissing(path: "", expected: "a model directory")) {
      try ModelDirectory(path: "")
    }
    #expect(
      throws: RerankingError.unusableModel(
        path: #filePath, reason: "expected a model directory, found a file")
    ) { try ModelDirectory(path: #filePath) }
    try withTemporaryFolder { folder in
      #expect(
        throws: RerankingError.fileMissing(
          path: "\(folder)/config.json", expected: "a model's configuration")
      ) { try ModelDirectory(path: folder) }
    }
  }

  @Test(
    "Each file that a T5 needs is asked for by its name",
    arguments: ["config.json", "spiece.model", "model.safetensors"])
  func missingFile(name: String) throws {
    // tokenizer.json would stand in for spiece.model.
    try withModelFolder(of: ShippedModel.path("t5rank-mini"), without: [name, "tokenizer.json"]) {
      folder in
      let error = try #require(refusal { try ModelDirectory(path: folder) })
      guard case .fileMissing = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.contains(name))
    }
  }

  @Test(
    "A model of another kind is refused by its name",
    arguments: [
      (#"{"model_type": "xlnet"}"#, #"found "xlnet""#), (#"{"d_model": 3}"#, "found none"),
      (#"{"model_type": 3}"#, "found none"), ("[]", "found none"), ("{", "expected JSON"),
      (#"{"model_type": "t5"}"#, "vocab_size"), (#"{"model_type": "bert"}"#, "vocab_size"),
    ])
  func otherKinds(configuration: String, found: String) throws {
    try withTemporaryFolder { folder in
      try write(configuration, to: "\(folder)/config.json")
      let error = try #require(refusal { try ModelDirectory(path: folder) })
      guard case .unusableModel(let path, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(path == "\(folder)/config.json")
      #expect(error.description.contains(found), "\(error)")
    }
  }

  @Test("A vocabulary beyond the embedding is refused with both numbers")
  func vocabularyTooLarge() throws {
    try withModelFolder(
      of: ShippedModel.path("t5rank-mini"),
      replacing: ["tokenizer_config.json": #"{"extra_ids": 200}"#]
    ) { folder in
      let error = try #require(refusal { try ModelDirectory(path: folder) })
      #expect(
        error
          == .unusableModel(
            path: "\(folder)/spiece.model",
            reason: "expected at most 29632 tokens, the rows of the model's embedding, "
              + "found 29727"))
    }
    let vocabulary = TinyBERT.vocabulary + (0..<50).map { "\nword\($0)" }.joined()
    let error = refusal { try TinyBERT.read(replacing: ["vocab.txt": vocabulary]) { _ in } }
    #expect(error?.description.contains("at most 113 tokens") == true)
  }

  @Test("Without extra ids T5's sentinels are no tokens")
  func noExtraIDs() throws {
    try withModelFolder(
      of: ShippedModel.path("t5rank-mini"),
      replacing: ["tokenizer_config.json": #"{"extra_ids": 0}"#]
    ) { folder in
      let model = try ModelDirectory(path: folder)
      #expect(model.tokenizer.vocabularySize == 29_527)
      var options = RerankerOptions()
      options.mode = .rank
      options.prompts = ["rankt5"]
      #expect(
        refusal { _ = try model.reranker(options) }?.description.contains("extra_id_10") == true)
    }
  }

  @Test("Faulty settings are named by their file")
  func faultySettings() throws {
    for (name, text) in [
      ("tokenizer_config.json", "[]"), ("tokenizer_config.json", #"{"extra_ids": "many"}"#),
      ("reranker.json", #"{"mode": "cross"}"#), ("spiece.model", "text"),
      ("model.safetensors", "text"),
    ] {
      try withModelFolder(
        of: ShippedModel.path("t5rank-mini"), replacing: [name: text]
      ) { folder in
        let error = try #require(refusal { try ModelDirectory(path: folder) })
        guard case .unusableModel("\(folder)/\(name)", _) = error else {
          Issue.record("\(name): \(error)")
          return
        }
      }
    }
  }

  @Test("Tensors that do not fit the configuration are named together")
  func misfit() throws {
    let configuration = try TinyBERT.configuration(adding: #""num_labels": 3"#)
    let error = refusal { try TinyBERT.read(replacing: ["config.json": configuration]) { _ in } }
    let text = error?.description ?? ""
    #expect(text.contains("classifier.weight") && text.contains("classifier.bias"), "\(text)")
  }
}

/// The error with which a model or its use is refused; nil if it is not.
func refusal<Result>(_ body: () throws -> Result) -> RerankingError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? RerankingError
  }
}
