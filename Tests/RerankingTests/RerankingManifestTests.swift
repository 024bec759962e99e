import JSON
import RankingCore
import Reranking
import Testing
import Transformers

@Suite("reranker.json")
struct RerankingManifestTests {
  private func manifest(_ text: String) throws -> RerankingManifest {
    try withTemporaryFolder { folder in
      try write(text, to: "\(folder)/reranker.json")
      return try RerankingManifest(contentsOf: "\(folder)/reranker.json")
    }
  }

  @Test("A whole manifest is read")
  func readsEverything() throws {
    let manifest = try manifest(
      #"{"mode":"mono-duo","prompts":{"mono":"monot5","duo":"duot5"},"max_tokens":256,"#
        + #""score":"log-probability","mono_weight":0.5,"coarsest_precision":"int8"}"#)
    #expect(manifest.mode == .monoDuo)
    #expect(manifest.prompts == [.mono: "monot5", .duo: "duot5"])
    #expect(manifest.maximumTokens == 256)
    #expect(manifest.scale == .logProbability)
    #expect(manifest.monoWeight == 0.5)
    #expect(manifest.coarsestPrecision == .int8)
    #expect(try manifest.prompt(for: .mono)?.name == "monot5")
    #expect(try manifest.prompt(for: .rank) == nil)
  }

  @Test("Only the mode is required")
  func readsMinimum() throws {
    let manifest = try manifest(#"{"mode":"cross"}"#)
    #expect(manifest.mode == .cross)
    #expect(manifest.prompts.isEmpty)
    #expect(manifest.maximumTokens == nil)
    #expect(manifest.scale == nil)
    #expect(manifest.monoWeight == nil)
    #expect(manifest.coarsestPrecision == nil)
  }

  @Test("A path is looked up in the model's directory")
  func readsOwnPrompt() throws {
    try withTemporaryFolder { folder in
      try write(promptFile(), to: "\(folder)/prompts/own.json")
      try write(
        #"{"mode":"mono","prompts":{"mono":"prompts/own.json"}}"#, to: "\(folder)/reranker.json")
      let manifest = try RerankingManifest(contentsOf: "\(folder)/reranker.json")
      #expect(try manifest.prompt(for: .mono)?.name == "test")
    }
  }

  @Test("A prompt of another mode is refused")
  func refusesOtherMode() throws {
    let manifest = try manifest(#"{"mode":"rank","prompts":{"rank":"monot5"}}"#)
    let error = #expect(throws: RerankingError.self) { try manifest.prompt(for: .rank) }
    #expect(
      error?.description.hasSuffix(
        "prompts.rank: expected a prompt of mode rank, found monot5 of mode mono") == true)
  }

  @Test(
    "A faulty manifest is refused by key",
    arguments: [
      ("{}", "mode: expected this key"),
      ("[]", "the file: expected an object, found an array"),
      (#"{"mode":"triple"}"#, "mode: expected one of mono, rank, duo, mono-duo, cross"),
      (#"{"mode":1}"#, "mode: expected one of"),
      (#"{"mode":"mono","prompt":"monot5"}"#, "prompt: expected no keys but mode, prompts"),
      (#"{"mode":"mono","prompts":"monot5"}"#, "prompts: expected an object, found a string"),
      (#"{"mode":"mono","prompts":null}"#, "prompts: expected an object, found null"),
      (#"{"mode":"mono","prompts":{"cross":"x"}}"#, "prompts.cross: expected no keys but mono"),
      (#"{"mode":"mono","prompts":{"mono":1}}"#, "prompts.mono: expected a prompt's name"),
      (#"{"mode":"mono","prompts":{"mono":""}}"#, "prompts.mono: expected a prompt's name"),
      (#"{"mode":"mono","prompts":{"mono":"/etc/x.json"}}"#, "inside the model directory"),
      (#"{"mode":"mono","prompts":{"mono":"../x.json"}}"#, "inside the model directory"),
      (#"{"mode":"mono","prompts":{"mono":"a/../../x.json"}}"#, "inside the model directory"),
      (#"{"mode":"mono","prompts":{"mono":"a\u0000b"}}"#, "inside the model directory"),
      (#"{"mode":"mono","max_tokens":0}"#, "max_tokens: expected an integer from 1 to"),
      (#"{"mode":"mono","max_tokens":1e3}"#, "max_tokens: expected an integer from 1 to"),
      (#"{"mode":"mono","score":"percent"}"#, "score: expected one of logit, log-probability"),
      (#"{"mode":"mono","mono_weight":1}"#, "mono_weight: expected a number from 0 to below 1"),
      (
        #"{"mode":"mono","coarsest_precision":"auto"}"#,
        "coarsest_precision: expected one of fp32, bf16, int8"
      ),
      (#"{"mode":"mono","mode":"duo"}"#, "expected JSON"),
    ])
  func refuses(text: String, sentence: String) {
    let error = #expect(throws: RerankingError.self) { try manifest(text) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }

  @Test("No manifest is a missing file")
  func refusesMissing() {
    #expect(
      throws: RerankingError.fileMissing(
        path: "/nowhere/reranker.json", expected: "a model's manifest")
    ) { try RerankingManifest(contentsOf: "/nowhere/reranker.json") }
  }
}
