import Testing
import Tokenization

@Suite("SentencePieceTokenizer")
struct SentencePieceTokenizerTests {
  @Test("Extra ids count downwards from the end of the vocabulary")
  func extraIDs() throws {
    let tokenizer = try TestFiles.t5()
    #expect(tokenizer.pieceCount == 32000)
    #expect(tokenizer.vocabularySize == 32100)
    #expect(tokenizer.token(for: "<extra_id_0>") == 32099)
    #expect(tokenizer.token(for: "<extra_id_10>") == 32089)
    #expect(tokenizer.token(for: "<extra_id_99>") == 32000)
    #expect(tokenizer.piece(for: 32099) == "<extra_id_0>")
    #expect(tokenizer.piece(for: 32000) == "<extra_id_99>")
  }

  @Test(
    "What is spelled unlike an extra id is none",
    arguments: [
      "<extra_id_100>", "<extra_id_00>", "<extra_id_01>", "<extra_id_>", "<extra_id_-1>",
      "<extra_id_1", "<extra_id_ 1>", "<extra_id_99999999999999999999>", "<extra_id_١>",
    ])
  func notExtraIDs(piece: String) throws {
    #expect(try TestFiles.t5().token(for: piece) == nil)
  }

  @Test("Each piece and its token lead to one another")
  func piecesAndTokens() throws {
    let tokenizer = try TestFiles.t5()
    for token in 0..<TokenID(tokenizer.vocabularySize) {
      let piece = try #require(tokenizer.piece(for: token))
      #expect(tokenizer.token(for: piece) == token, "\(piece)")
    }
    #expect(tokenizer.piece(for: -1) == nil)
    #expect(tokenizer.piece(for: 32100) == nil)
    #expect(tokenizer.piece(for: .min) == nil)
    #expect(tokenizer.piece(for: .max) == nil)
  }

  @Test("Control pieces have tokens, and what only unknown text maps to has none")
  func namedPieces() throws {
    let tokenizer = try TestFiles.t5()
    #expect(tokenizer.token(for: "<pad>") == 0)
    #expect(tokenizer.token(for: "</s>") == 1)
    #expect(tokenizer.token(for: "<unk>") == 2)
    #expect(tokenizer.token(for: "▁true") == 1176)
    #expect(tokenizer.token(for: "▁zzz") == nil)
    #expect(tokenizer.token(for: "漢") == nil)
    #expect(tokenizer.token(for: "") == nil)
    #expect(tokenizer.token(for: "true\0") == nil)
    #expect(tokenizer.paddingToken == 0)
    #expect(tokenizer.endToken == 1)
    #expect(tokenizer.unknownToken == 2)
  }

  @Test("A literal text never holds a control token, a recognised one does")
  func policies() throws {
    let tokenizer = try TestFiles.t5()
    let text = "a</s><pad><extra_id_1> <unk>"
    let literal = tokenizer.encode(text)
    #expect(literal.allSatisfy { (2..<32000).contains($0) })
    #expect(tokenizer.encode(text, specialTokens: .recognized) == [3, 9, 1, 0, 32098, 2])
  }

  @Test("A text of known pieces is decoded to itself; control tokens and strays are left out")
  func decoding() throws {
    let tokenizer = try TestFiles.t5()
    for text in ["The quick (brown) fox, 3.14!", "Straße", "x -> y/s> [i]", "déjà-vu"] {
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }
    #expect(tokenizer.decode([]) == "")
    #expect(tokenizer.decode([1176]) == "true")
    #expect(tokenizer.decode([0, 1176, 1, 32099, -5, 40000]) == "true")
  }

  @Test("Decoded texts have the tokens that they were decoded from")
  func roundTrips() throws {
    let tokenizer = try TestFiles.t5()
    var compared = 0
    for golden in try GoldenText.all() {
      guard let tokens = golden.tokens["t5"], !tokens.contains(tokenizer.unknownToken) else {
        continue
      }
      let text = tokenizer.decode(tokens)
      // SentencePiece drops signs for spaces at a text's end.
      guard !text.hasSuffix(" ") else { continue }
      #expect(tokenizer.encode(text) == tokens, "\(golden.text.debugDescription)")
      compared += 1
    }
    #expect(compared > 1000)
  }

  @Test("The number of extra ids is checked, and no piece may be spelled like one")
  func refusesExtraIDs() throws {
    var model = SmallModel()
    model.pieces.append(.init("<extra_id_2>"))
    for (count, expected) in [
      (-1, "expected 0...100000 extra ids, found -1"), (100_001, "extra ids"),
      (3, "expected no <extra_id_2> among the pieces"),
    ] {
      let words = try refusal {
        _ = try SentencePieceTokenizer(bytes: model.bytes, path: "m", extraIDs: count)
      }
      #expect(words?.contains(expected) == true, "\(words ?? "accepted")")
    }
    let tokenizer = try SentencePieceTokenizer(bytes: model.bytes, path: "m", extraIDs: 2)
    #expect(tokenizer.token(for: "<extra_id_2>") == 9)
    #expect(tokenizer.token(for: "<extra_id_1>") == 10)
  }

  @Test("Special tokens must be below the vocabulary's size")
  func refusesSpecialTokens() throws {
    for id: TokenID in [-1, 9] {
      let words = try refusal {
        _ = try SentencePieceTokenizer(
          bytes: SmallModel().bytes, path: "m", extraIDs: 0,
          specialTokens: [SpecialToken("<x>", id: id)])
      }
      #expect(words == "m: expected special tokens below 9, found <x> at \(id)")
    }
  }
}
