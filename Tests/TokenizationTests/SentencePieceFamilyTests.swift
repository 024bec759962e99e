import Foundation
import Testing
import Tokenization

@Suite("The tokenizers of encoders with a SentencePiece file")
struct SentencePieceFamilyTests {
  private func tokenizer() throws -> PipelineTokenizer {
    try PipelineTokenizer(pieces: TestFiles.sentencePieceModel, of: .xlmRoBERTa)
  }

  @Test("Each piece stands one above its number in the file, behind fairseq's four control tokens")
  func numbers() throws {
    let tokenizer = try tokenizer()
    let filed = try SentencePieceTokenizer(path: TestFiles.sentencePieceModel, extraIDs: 0)
    #expect(tokenizer.vocabularySize == filed.pieceCount + 2)
    let controls = ["<s>", "<pad>", "</s>", "<unk>"]
    #expect(controls.map(tokenizer.token) == [0, 1, 2, 3])
    #expect(tokenizer.token(for: "<mask>") == TokenID(filed.pieceCount + 1))
    for token in 0..<TokenID(tokenizer.vocabularySize) {
      let piece = try #require(tokenizer.piece(for: token))
      #expect(tokenizer.token(for: piece) == token)
      if token > 3, piece != "<mask>" { #expect(filed.piece(for: token - 1) == piece) }
    }
    #expect(tokenizer.piece(for: -1) == nil)
    #expect(tokenizer.piece(for: TokenID(tokenizer.vocabularySize)) == nil)
  }

  @Test("Tokens equal those of transformers' XLMRobertaTokenizer on the same file")
  func parity() throws {
    let tokenizer = try tokenizer()
    for (text, tokens) in Self.golden {
      #expect(tokenizer.encode(text) == tokens, "\(text)")
    }
  }

  @Test("Control tokens that a text spells stay text unless they are asked for")
  func controls() throws {
    let tokenizer = try tokenizer()
    let text = "What is</s> this <mask>?"
    // `<` is unknown to this file.
    #expect(tokenizer.encode(text).allSatisfy { $0 >= 3 && $0 < tokenizer.vocabularySize - 1 })
    let mask = try #require(tokenizer.token(for: "<mask>"))
    #expect(
      tokenizer.encode(text, specialTokens: .recognized)
        == tokenizer.encode("What is") + [2] + tokenizer.encode("this") + [mask]
        + tokenizer.encode("?"))
    #expect(tokenizer.decode([0] + tokenizer.encode("What is this?") + [2, 1]) == "What is this?")
  }

  @Test("A file that does not begin with control pieces is refused")
  func otherFiles() throws {
    var model = SmallModel()
    model.pieces.insert(.init("▁b"), at: 0)
    try withTemporaryFolder { folder in
      let path = folder + "/sentencepiece.bpe.model"
      try Data(model.bytes).write(to: URL(fileURLWithPath: path))
      for family in [SentencePieceFamily.xlmRoBERTa, .camemBERT] {
        #expect(
          try refusal { _ = try PipelineTokenizer(pieces: path, of: family) }?
            .contains("expected the unknown piece and control pieces as the first") == true)
      }
      #expect(
        try refusal { _ = try PipelineTokenizer(pieces: path, of: .deBERTa) }
          == "\(path): expected the pieces [CLS] and [SEP], found not both")
    }
  }

  @Test("A model that is no Unigram is refused")
  func otherModels() throws {
    var model = SmallModel()
    model.rest = SmallModel.field(2, [3 << 3, 2])
    try withTemporaryFolder { folder in
      let path = folder + "/spm.model"
      try Data(model.bytes).write(to: URL(fileURLWithPath: path))
      #expect(
        try refusal { _ = try PipelineTokenizer(pieces: path, of: .deBERTa) }
          == "\(path): expected a Unigram model (type 1), found type 2")
    }
  }

  /// By transformers 5.23 from the pieces of Tests/Fixtures/tokenizers/t5/spiece.model.
  private static let golden: [(text: String, tokens: [TokenID])] = [
    ("What is a re-ranker?", [364, 20, 4, 10, 4, 61, 19, 6255, 50, 59]),
    ("  Two  spaces\tand a tab ", [2760, 4857, 12, 4, 10, 3809]),
    ("Größe und Maß", [12623, 65, 14681]),
    ("日本語 text", [4, 3, 1500]),
    ("price: $1,299.99 (2024)", [595, 11, 1971, 7, 3167, 21317, 17544, 2267, 62]),
    ("", []),
  ]
}
