import Testing
import Tokenization

@Suite("ByT5's tokenizer")
struct ByteTokenizerTests {
  // transformers 5.23: ByT5Tokenizer()(text).input_ids[:-1], the last being </s>.
  static let golden: [(String, [TokenID])] = [
    ("true", [119, 117, 120, 104]), ("", []),
    (
      "Query: é 東  a\n",
      [84, 120, 104, 117, 124, 61, 35, 198, 172, 35, 233, 160, 180, 35, 35, 100, 13]
    ),
    ("a </s> b", [100, 1, 101]), ("x <extra_id_10> y<pad>z", [123, 35, 269, 35, 124, 0, 125]),
    ("<extra_id_125>", [63, 104, 123, 119, 117, 100, 98, 108, 103, 98, 52, 53, 56, 65]),
    ("  </s>  <unk>q", [1, 2, 116]),
  ]

  @Test("Recognizing control tokens, it encodes as transformers does", arguments: golden)
  func recognized(text: String, tokens: [TokenID]) throws {
    #expect(try ByteTokenizer().encode(text, specialTokens: .recognized) == tokens)
  }

  @Test("Literally, every text is its bytes, and comes back from them", arguments: golden)
  func literal(text: String, tokens: [TokenID]) throws {
    let tokenizer = try ByteTokenizer()
    let tokens = tokenizer.encode(text)
    #expect(tokens == text.utf8.map { TokenID($0) + 3 })
    #expect(tokenizer.decode([0] + tokens + [1, 269]) == text)
  }

  @Test("Each token has a piece, and each piece its token")
  func pieces() throws {
    let tokenizer = try ByteTokenizer()
    #expect(tokenizer.vocabularySize == 384)
    for token in 0..<384 as Range<TokenID> {
      let piece = try #require(tokenizer.piece(for: token))
      #expect(tokenizer.token(for: piece) == token)
    }
    // As convert_tokens_to_ids has them.
    let named = ["<pad>", "</s>", "<unk>", "<extra_id_0>", "<extra_id_124>", "t", "é"]
    #expect(named.map(tokenizer.token) == [0, 1, 2, 259, 383, 119, 236])
    for piece in ["▁", "true", "", "<extra_id_125>", "東"] {
      #expect(tokenizer.token(for: piece) == nil)
    }
    #expect(tokenizer.piece(for: -1) == nil && tokenizer.piece(for: 384) == nil)
  }

  @Test(
    "SentencePiece's pieces are spelt in bytes: the sign for a space is one, but not at a start")
  func spelling() throws {
    let tokenizer = try ByteTokenizer()
    #expect(tokenizer.tokens(spelling: "▁true", isFirst: true) == [119, 117, 120, 104])
    #expect(tokenizer.tokens(spelling: "▁não", isFirst: false) == [35, 113, 198, 166, 114])
    #expect(tokenizer.tokens(spelling: "<extra_id_10>", isFirst: true) == [269])
    #expect(tokenizer.tokens(spelling: "▁", isFirst: true) == nil)
    #expect(tokenizer.tokens(spelling: "", isFirst: false) == nil)
  }

  @Test("A number of extra ids that no model has is refused", arguments: [-1, 100_001])
  func extraIDs(count: Int) {
    #expect(
      throws: TokenizerError.malformed(
        path: "t.json", reason: "expected 0...100000 extra ids, found \(count)")
    ) { try ByteTokenizer(extraIDs: count, path: "t.json") }
  }
}
