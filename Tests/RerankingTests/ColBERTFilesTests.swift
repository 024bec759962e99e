import Checkpoints
import Foundation
import RankingCore
import Reranking
import Support
import Testing
import Tokenization

/// What the files of a ColBERT, and of its vectors, decide.
@Suite("Files of a ColBERT")
struct ColBERTFilesTests {
  private static func settings(skipping words: [String]) -> [String: String] {
    let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
    let text = """
      {"query_length": 12, "document_length": 24, "skiplist_words": [\(list)]}
      """
    return ["config_sentence_transformers.json": text]
  }

  @Test(
    "A skip list that names a document's control tokens is refused by the token",
    arguments: ["[CLS]", "[SEP]", "[D] "])
  func skippedControlTokens(piece: String) throws {
    let error = refusal {
      try ColBERT(
        TinyColBERT.read(
          ColBERTFixture(name: "pylate"), replacing: Self.settings(skipping: [".", piece])))
    }
    let reason = try #require(error).description
    #expect(
      reason.hasSuffix(
        "expected words to skip that are no control tokens of a document, found \"\(piece)\""))
  }

  @Test("Other control tokens may be skipped, and no document is left without vectors")
  func otherSkippedTokens() throws {
    let scorer = try ColBERT(
      TinyColBERT.read(
        ColBERTFixture(name: "pylate"),
        replacing: Self.settings(skipping: [".", "[MASK]", "[Q] ", "[PAD]"])))
    #expect(scorer.vectors(ofDocuments: ["", "..."]).map(\.count) == [3, 3])
  }

  @Test("The fingerprint is that of the linear layer's shards, too")
  func shardedLayer() throws {
    try TemporaryFolder.use { folder in
      let path = try ColBERTFixture(name: "pylate").assemble(in: folder)
      let shard = "model-00001-of-00001.safetensors"
      try FileManager.default.removeItem(atPath: "\(path)/1_Dense/model.safetensors")
      try folder.write(
        #"{"metadata": {"total_size": 1536}, "weight_map": {"linear.weight": "\#(shard)"}}"#,
        to: "model/1_Dense/model.safetensors.index.json")
      func fingerprint(weight: Float) throws -> String {
        var writer = SafetensorsWriter()
        let weights = [Float](repeating: weight, count: 16 * 24)
        writer.add("linear.weight", shape: [16, 24], weights)
        try writer.write(to: "\(path)/1_Dense/\(shard)")
        return try ColBERT(ModelDirectory(path: path)).fingerprint()
      }
      let first = try fingerprint(weight: 0.5)
      #expect(try fingerprint(weight: 0.25) != first)
      #expect(try fingerprint(weight: 0.5) == first)
    }
  }

  @Test("The budget and the special tokens of vectors count where the options leave them open")
  func settingsOfVectors() throws {
    let documents = try ColBERTFixture.texts().documents.enumerated().map {
      Document(id: "\($0)", text: $1)
    }
    let query = Query(text: "[MASK] cat")
    let maker = try ColBERTTests.lasting {
      $0.maximumTokens = 10
      $0.specialTokens = .recognized
    }
    let held = try HeldVectors(of: Array(documents.dropLast(3)), by: maker)
    let scorer = try ColBERTTests.lasting { $0.documentVectors = held }
    #expect(scorer.maximumTokens == 10 && scorer.specialTokens == .recognized)
    #expect(
      try scorer.scores(of: documents, for: query).scores
        == maker.scores(of: documents, for: query).scores)
    let same = try ColBERTTests.lasting {
      $0.documentVectors = held
      $0.maximumTokens = 10
    }
    #expect(same.maximumTokens == 10)
  }

  @Test("Vectors of a budget that the model cannot have are refused", arguments: [-1, 3, 65])
  func impossibleBudget(tokens: Int) throws {
    var held = try HeldVectors(
      of: [Document(id: "a", text: "cat")], by: ColBERTTests.lasting())
    held.maximumTokens = tokens
    let error = refusal { try ColBERTTests.lasting { $0.documentVectors = held } }
    #expect(error?.description.contains("found \(tokens)") == true)
  }
}
