import JSON
import Reranking
import Testing

@Suite("Labels as tokens")
struct ResolvedLabelsTests {
  @Test("Pieces are looked up as they are spelt, in label order")
  func resolves() throws {
    let labels = try ResolvedLabels(
      try Prompt(parsing: promptFile(), path: "p"), tokenizer: LetterTokenizer())
    #expect(labels.tokens == [[11], [10]])
    #expect(labels.isSinglePiece)
    #expect(labels.singleTokens == [11, 10])
  }

  @Test("A label may have several tokens")
  func resolvesSeveral() throws {
    let labels = try ResolvedLabels(
      try PromptLibrary.installed.prompt("seed-duo"), tokenizer: LetterTokenizer())
    #expect(labels.tokens == [[12, 13], [12, 14]])
    #expect(!labels.isSinglePiece)
    #expect(labels.singleTokens == nil)
  }

  @Test("A piece that the vocabulary lacks is refused by prompt, label and piece")
  func refusesUnknownPiece() throws {
    let prompt = try Prompt(
      parsing: promptFile([
        "labels": [
          ["pieces": ["▁Document", "3"], "value": 1], ["pieces": ["▁Document", "2"], "value": 0],
        ]
      ]), path: "p")
    let error = #expect(throws: RerankingError.self) {
      try ResolvedLabels(prompt, tokenizer: LetterTokenizer())
    }
    #expect(
      error?.description == "prompt test: label \"▁Document3\": expected pieces of the model's "
        + "vocabulary, found \"3\", which it lacks")
  }
}
