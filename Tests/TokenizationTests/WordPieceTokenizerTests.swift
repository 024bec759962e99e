import Foundation
import Support
import Testing
import Tokenization

@Suite("WordPieceTokenizer")
struct WordPieceTokenizerTests {
  private func tokenizer(
    _ lines: [String], settings: WordPieceTokenizer.Settings = .init()
  ) throws -> WordPieceTokenizer {
    let text = (["[UNK]", "[CLS]", "[SEP]"] + lines).joined(separator: "\n")
    return try WordPieceTokenizer(bytes: Array(text.utf8), path: "vocab", settings: settings)
  }

  private func pieces(_ text: String, _ tokenizer: WordPieceTokenizer) -> [String] {
    tokenizer.encode(text).compactMap(tokenizer.piece(for:))
  }

  @Test("The control pieces have their tokens")
  func controlTokens() throws {
    let tokenizer = try TestFiles.bert()
    #expect(tokenizer.vocabularySize == 30522)
    #expect(tokenizer.token(for: "[PAD]") == 0)
    #expect(tokenizer.token(for: "[UNK]") == 100)
    #expect(tokenizer.token(for: "[CLS]") == 101)
    #expect(tokenizer.token(for: "[SEP]") == 102)
    #expect(tokenizer.token(for: "[MASK]") == 103)
    #expect(tokenizer.unknownToken == 100)
    #expect(tokenizer.token(for: "[sep]") == nil)
    #expect(tokenizer.token(for: "") == nil)
  }

  @Test("Each piece and its token lead to one another")
  func piecesAndTokens() throws {
    let tokenizer = try TestFiles.bert()
    for token in 0..<TokenID(tokenizer.vocabularySize) {
      let piece = try #require(tokenizer.piece(for: token))
      #expect(tokenizer.token(for: piece) == token, "\(piece)")
    }
    for token: TokenID in [-1, 30522, .min, .max] { #expect(tokenizer.piece(for: token) == nil) }
  }

  @Test("A literal text never holds a control token, a recognised one does")
  func policies() throws {
    let tokenizer = try TestFiles.bert()
    #expect(pieces("a[SEP]", tokenizer) == ["a", "[", "sep", "]"])
    #expect(tokenizer.encode("a[SEP]", specialTokens: .recognized) == [1037, 102])
    #expect(
      tokenizer.encode("[CLS][MASK] [sep]", specialTokens: .recognized)
        == [101, 103] + tokenizer.encode("[sep]"))
  }

  @Test("The longest piece is taken, and a word with an unknown rest is unknown as a whole")
  func longestPieces() throws {
    let tokenizer = try tokenizer(["a", "ab", "##c", "##cd", "##e", "abcd", "##"])
    #expect(pieces("abcde", tokenizer) == ["abcd", "##e"])
    #expect(pieces("abce", tokenizer) == ["ab", "##c", "##e"])
    #expect(pieces("abcx a", tokenizer) == ["[UNK]", "a"])
    #expect(pieces("c", tokenizer) == ["[UNK]"])
    #expect(tokenizer.token(for: "##") == 9)
  }

  @Test("A word of 100 scalars is split, one of 101 is unknown")
  func longWords() throws {
    let tokenizer = try tokenizer(["a", "##a"])
    #expect(tokenizer.encode(String(repeating: "a", count: 100)).count == 100)
    #expect(tokenizer.encode(String(repeating: "a", count: 101)) == [0])
    // Accents that go do not count.
    #expect(tokenizer.encode(String(repeating: "a\u{301}", count: 100)).count == 100)
  }

  @Test("Words joined again have the same tokens")
  func decoding() throws {
    let tokenizer = try TestFiles.bert()
    #expect(
      tokenizer.decode(tokenizer.encode("Tokenization isn't  hard."))
        == "tokenization isn ' t hard .")
    #expect(tokenizer.decode([101, 100, 1037, 102, 0, -1, 30522]) == "[UNK] a")
    #expect(tokenizer.decode([]) == "")
    var compared = 0
    for golden in try GoldenText.all() {
      guard let tokens = golden.tokens["bert"], !tokens.contains(100) else { continue }
      #expect(
        tokenizer.encode(tokenizer.decode(tokens)) == tokens, "\(golden.text.debugDescription)")
      compared += 1
    }
    #expect(compared > 2000)
  }

  @Test("Combining marks that are kept come in Unicode's order")
  func canonicalOrder() throws {
    // U+1D165 has class 216, U+302E class 224; both are kept, an accent (class 230) goes.
    let tokenizer = try tokenizer(["a", "##\u{1D165}", "##\u{302E}"])
    let expected = ["a", "##\u{1D165}", "##\u{302E}"]
    #expect(pieces("a\u{1D165}\u{302E}", tokenizer) == expected)
    #expect(pieces("a\u{302E}\u{1D165}", tokenizer) == expected)
    #expect(pieces("A\u{302E}\u{301}\u{1D165}", tokenizer) == expected)
    // A grapheme joiner has class 0: it goes, but nothing is sorted across it.
    #expect(pieces("a\u{302E}\u{34F}\u{1D165}", tokenizer) == ["a", "##\u{302E}", "##\u{1D165}"])
  }

  @Test("Marks, punctuation and formats younger than the reference's Unicode are letters")
  func unicodeVersions() throws {
    // A mark of Unicode 9, punctuation of 9, a format of 9, and an unassigned scalar.
    for scalar in ["\u{8D4}", "\u{2E43}", "\u{8E2}", "\u{378}"] {
      let tokenizer = try tokenizer(["a", "##\(scalar)", "##b"])
      #expect(pieces("a\(scalar)b", tokenizer) == ["a", "##\(scalar)", "##b"])
    }
  }
}

@Suite("Vocabularies and settings of WordPiece")
struct WordPieceFileTests {
  private func words(_ bytes: [UInt8]) throws -> String? {
    try refusal { _ = try WordPieceTokenizer(bytes: bytes, path: "vocab") }
  }

  @Test("A vocabulary that cannot be one is refused in a sentence")
  func refusals() throws {
    let start = "[UNK]\n[CLS]\n[SEP]\n"
    for (text, expected) in [
      ("", "vocab: expected pieces, found an empty file"),
      ("[CLS]\n[SEP]\n", "vocab: expected the piece [UNK], found none among 2"),
      ("[UNK]\n[SEP]\n", "vocab: expected the piece [CLS], found none among 2"),
      ("[UNK]\n[CLS]\n", "vocab: expected the piece [SEP], found none among 2"),
      ("\u{FEFF}[UNK]\n[CLS]\n[SEP]\n", "vocab: expected the piece [UNK], found none among 3"),
      (start + "a\nb\na\n", "vocab: expected unique pieces, found line 6 to equal line 4"),
      (start + "##a\n##a", "vocab: expected unique pieces, found line 5 to equal line 4"),
      (start + "a\na\r\n", "vocab: expected unique pieces, found line 5 to equal line 4"),
      (start + "\n\n", "vocab: expected unique pieces, found line 5 to equal line 4"),
    ] {
      #expect(try words(Array(text.utf8)) == expected)
    }
    for bad: [UInt8] in [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xC3, 0x0A, 0xA9]] {
      #expect(
        try words(Array((start + "a\n").utf8) + bad + [0x0A])
          == "vocab: expected UTF-8, found something else in line 5")
    }
    let large = [UInt8](repeating: UInt8(ascii: "a"), count: 15 << 20 + 1)
    #expect(try words(large) == "vocab: expected at most 15728640 bytes, found 15728641")
  }

  @Test("Lines may end in CRLF, the last one in nothing, and may be empty")
  func lineEnds() throws {
    for text in ["[UNK]\r\n[CLS]\r\n[SEP]\r\n\r\na\r\n", "[UNK]\n[CLS]\n[SEP]\n\na"] {
      let tokenizer = try WordPieceTokenizer(bytes: Array(text.utf8), path: "vocab")
      #expect(tokenizer.vocabularySize == 5)
      #expect(tokenizer.encode("a") == [4])
      #expect(tokenizer.piece(for: 3) == "")
    }
  }

  @Test("A damaged vocabulary is refused or usable", arguments: 0..<20 as Range<UInt64>)
  func damaged(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var bytes = Array(try TestFiles.bytes(of: TestFiles.wordPieceVocabulary).prefix(20_000))
    for _ in 0..<Int.random(in: 1...20, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
        in: 0...255, using: &random)
    }
    let found = try refusal {
      let tokenizer = try WordPieceTokenizer(bytes: bytes, path: "vocab")
      let tokens = tokenizer.encode("the [SEP] \u{0}quick brown é 漢字", specialTokens: .recognized)
      #expect(tokens.allSatisfy { (0..<TokenID(tokenizer.vocabularySize)).contains($0) })
    }
    if let found { #expect(found.hasPrefix("vocab: expected"), "\(found)") }
  }

  private func settings(_ json: String?) throws -> WordPieceTokenizer.Settings {
    try withTemporaryFolder { folder in
      if let json {
        try Data(json.utf8).write(to: URL(fileURLWithPath: "\(folder)/tokenizer_config.json"))
      }
      return try WordPieceTokenizer.Settings(directory: folder)
    }
  }

  @Test("Settings come from tokenizer_config.json, and are an uncased BERT's without it")
  func settings() throws {
    #expect(try settings(nil) == .init(lowercases: true, stripsAccents: nil, handlesChinese: true))
    #expect(try settings("{}") == .init())
    #expect(
      try settings(#"{"do_lower_case": null, "strip_accents": null, "other": [1]}"#) == .init())
    #expect(
      try settings(
        #"{"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false}"#)
        == .init(lowercases: false, stripsAccents: true, handlesChinese: false))
    let tokenizer = try WordPieceTokenizer(directory: TestFiles.wordPieceDirectory)
    #expect(tokenizer.settings == .init())
  }

  @Test(
    "Settings that are none are refused",
    arguments: [
      ("[]", "expected an object, found an array"),
      ("{", "expected JSON"),
      (#"{"do_lower_case": 1}"#, "expected true, false or null as do_lower_case, found a number"),
      (#"{"strip_accents": "no"}"#, "as strip_accents, found a string"),
    ])
  func refusesSettings(json: String, expected: String) throws {
    let words = try refusal { _ = try settings(json) }
    #expect(words?.contains(expected) == true, "\(words ?? "accepted")")
    #expect(words?.contains("/tokenizer_config.json: ") == true)
  }

  @Test("A missing vocabulary is named")
  func missing() throws {
    try withTemporaryFolder { folder in
      let words = try refusal { _ = try WordPieceTokenizer(directory: folder) }
      #expect(
        words == "\(folder)/vocab.txt: expected a WordPiece vocabulary, found no such file")
    }
  }
}
