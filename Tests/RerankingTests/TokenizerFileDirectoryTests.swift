import Foundation
import RankingCore
import Reranking
import Testing

@Suite("Model directories whose tokenizer stands in tokenizer.json alone")
struct TokenizerFileDirectoryTests {
  private static let pairs = Passages.documents.map { TextPair(Passages.query.text, $0.text) }

  @Test("A cross-encoder as sentence-transformers 6 saves it scores as before")
  func crossEncoder() throws {
    let scores = try CrossEncoder(try ShippedModel.bert()).scores(for: Self.pairs)
    try withModelFolder(of: ShippedModel.path("cross-encoder-mini"), without: ["vocab.txt"]) {
      let model = try ModelDirectory(path: $0)
      #expect(try CrossEncoder(model).scores(for: Self.pairs) == scores)
    }
  }

  @Test("A T5 scores as with spiece.model")
  func t5() throws {
    let scores = try MonoT5(try ShippedModel.t5()).scores(for: Self.pairs)
    try withModelFolder(of: ShippedModel.path("t5rank-mini"), without: ["spiece.model"]) {
      let model = try ModelDirectory(path: $0)
      #expect(try MonoT5(model).scores(for: Self.pairs) == scores)
    }
  }

  @Test("A vocabulary beyond the embedding is refused")
  func tooLarge() throws {
    let folder = TinyBERT.path("bert-minilm")
    let file = try String(
      contentsOfFile: ShippedModel.path("cross-encoder-mini") + "/tokenizer.json", encoding: .utf8)
    try withModelFolder(of: folder, replacing: ["tokenizer.json": file], without: ["vocab.txt"]) {
      let path = $0
      let error = refusal { try ModelDirectory(path: path) }
      #expect(
        error
          == .unusableModel(
            path: "\(path)/tokenizer.json",
            reason: "expected at most 113 tokens, the rows of the model's embedding, found 30522"))
    }
  }
}
