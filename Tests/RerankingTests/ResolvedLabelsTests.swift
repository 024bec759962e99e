import JSON
import Reranking
import Testing
import Tokenization

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

  @Test(
    "A vocabulary of bytes spells every shipped prompt's labels, but for a lone space",
    arguments: PromptLibraryTests.shipped.filter { $0 != "monot5-blank-true" })
  func bytes(name: String) throws {
    let prompt = try PromptLibrary.installed.prompt(name)
    let labels = try ResolvedLabels(prompt, tokenizer: ByteTokenizer())
    let words = prompt.labels.map { label in
      label.pieces.joined().replacing("▁", with: " ").drop { $0 == " " }
    }
    for (tokens, word) in zip(labels.tokens, words) where !word.hasPrefix("<") {
      #expect(tokens == word.utf8.map { TokenID($0) + 3 })
    }
    #expect(labels.isSinglePiece == ["rankt5", "rankt5-digits", "seed-rank"].contains(name))
  }

  @Test("In bytes a label may begin with another, or be no single token: that is refused")
  func refusesSpellings() throws {
    let overlapping = promptFile([
      "labels": [["pieces": ["▁no"], "value": 0], ["pieces": ["▁none"], "value": 1]]
    ])
    let word = promptFile([
      "mode": "rank", "labels": [["pieces": ["▁true"], "value": 1]], "scoring": "logit",
    ])
    for (text, found) in [
      (overlapping, "found \"▁no\", with which \"▁none\" begins"), (word, "found [4] tokens"),
    ] {
      let prompt = try Prompt(parsing: text, path: "p")
      let error = #expect(throws: RerankingError.self) {
        try ResolvedLabels(prompt, tokenizer: ByteTokenizer())
      }
      #expect(error?.description.contains(found) == true, "\(String(describing: error))")
    }
  }
}
