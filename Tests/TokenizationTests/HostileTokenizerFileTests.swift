import Foundation
import JSON
import Support
import Testing
import Tokenization

@Suite("tokenizer.json files that are damaged, made to harm, or not supported")
struct HostileTokenizerFileTests {
  /// Loads a file and uses it; nil if it was usable, else the refusal.
  private func use(_ bytes: [UInt8]) throws -> String? {
    try refusal {
      let tokenizer = try PipelineTokenizer(bytes: bytes, path: "file")
      for text in [
        "The naïve <s></s> 漢字\u{301} 12 don't\n x", String(repeating: "ab ", count: 40), "",
      ] {
        for policy in SpecialTokenPolicy.allCases {
          let tokens = tokenizer.encode(text, specialTokens: policy)
          #expect(tokens.allSatisfy { (0..<TokenID(tokenizer.vocabularySize)).contains($0) })
          _ = tokenizer.decode(tokens + [-1, .max])
        }
      }
    }
  }

  private func expectSentence(_ words: String) {
    #expect(words.hasPrefix("file: ") && !words.contains("\n"), "\(words)")
    #expect(words.contains("expected"), "\(words)")
  }

  @Test("Damage never does harm", arguments: TokenizerFixture.made)
  func damage(name: String) throws {
    // Without most of the vocabulary, so that damage hits all else as well.
    let bytes = try TestFiles.bytes(of: "\(TokenizerFixture.fixtures)/\(name).json")
    var random = SeededRandom(seed: UInt64(name.utf8.count))
    var refused = 0
    let head = bytes.firstRange(of: Array("\"vocab\"".utf8))?.lowerBound ?? bytes.count
    for turn in 0..<120 {
      var changed = bytes
      let place = Int.random(in: 0..<(turn % 3 == 0 ? bytes.count : head), using: &random)
      switch turn % 4 {
      case 0: changed[place] ^= 1 << UInt8.random(in: 0..<7, using: &random)
      case 1: changed.remove(at: place)
      case 2: changed[place] = UInt8(ascii: "9")
      default: changed = Array(bytes[..<place])
      }
      guard let words = try use(changed) else { continue }
      expectSentence(words)
      refused += 1
    }
    #expect(refused > 40, "\(refused)")
  }

  private static let small = #"""
    {"added_tokens": [{"id": 3, "content": "<s>", "special": true}],
     "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}}
    """#

  @Test("A small file is read")
  func smallFile() throws {
    let tokenizer = try PipelineTokenizer(bytes: Array(Self.small.utf8), path: "file")
    #expect(tokenizer.encode("aab<s>") == [0, 2])
    #expect(tokenizer.encode("aab<s>b", specialTokens: .recognized) == [0, 2, 3, 1])
    #expect(tokenizer.vocabularySize == 4)
  }

  @Test(
    "What is wrong is named by its place, with what was expected and found",
    arguments: [
      (#""special""#, #""speciel""#, "added_tokens[0].speciel: expected no keys but"),
      (#""id": 3"#, #""id": 7"#, "added_tokens[0].id: expected 3, as tokenizers numbers the token"),
      (#""id": 3"#, #""id": 99999999999"#, "added_tokens[0].id: expected an integer in"),
      (#""content": "<s>""#, #""content": """#, "added_tokens[0].content: expected a text"),
      (#""BPE""#, #""WordLevel""#, "model.type: expected WordPiece, BPE or Unigram"),
      (#""ab": 2"#, #""ab": 1"#, "model.vocab.ab: expected one piece for each token"),
      (#""ab": 2"#, #""ab": 1e3"#, "model.vocab.ab: expected a token's number, found 1e3"),
      (#""ab": 2"#, #""ab": -1"#, "model.vocab.ab: expected tokens in 0...4194303, found -1"),
      (#""ab": 2"#, #""ab": 4194304"#, "model.vocab.ab: expected tokens in 0...4194303"),
      (#""ab": 2"#, #""a": 2"#, "expected each member once"),
      (#""a b""#, #""b a""#, #"model.merges[0]: expected pieces of the vocabulary, found "ba""#),
      (#""a b""#, #"["a", "c"]"#, #"expected pieces of the vocabulary, found "c""#),
      (#""a b""#, #""a  b""#, "model.merges[0]: expected two pieces with a space between them"),
      (#""a b""#, "7", "model.merges[0]: expected two pieces, found a number"),
      (#""merges""#, #""dropout": 0.1, "merges""#, "model.dropout: expected none"),
      (#""merges""#, #""unk_token": "?", "merges""#, "model.unk_token: expected a piece"),
      (#""model""#, #""extra": 1, "model""#, "extra: expected no keys but"),
      (#""model""#, #""normalizer": {"type": "NFX"}, "model""#, "normalizer.type: expected"),
      (
        #""model""#,
        #""normalizer": {"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}]}, "model""#,
        "normalizer.normalizers[0].pattern.Regex: expected a regular expression that is known"
      ),
      (
        #""model""#,
        #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AA="}, "model""#,
        "normalizer.precompiled_charsmap: expected text in Base64"
      ),
      (
        #""model""#,
        #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAQAAAAA"}, "model""#,
        "normalizer.precompiled_charsmap: expected a normalisation trie"
      ),
      (
        #""model""#, #""pre_tokenizer": {"type": "UnicodeScripts"}, "model""#,
        "pre_tokenizer.type: expected Sequence"
      ),
      (
        #""model""#,
        #""pre_tokenizer": {"type": "Metaspace", "replacement": "ab"}, "model""#,
        "pre_tokenizer.replacement: expected one character"
      ),
      (
        #""model""#,
        #""post_processor": {"type": "RobertaProcessing", "sep": ["x", 4], "cls": ["<s>", 3]}, "model""#,
        "post_processor.sep[1]: expected an integer in 0...3, found 4"
      ),
      (
        #""model""#,
        #""post_processor": {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}, "model""#,
        "post_processor.single: expected the texts A once each, found none"
      ),
      (#""model""#, #""decoder": {"type": "CTC"}, "model""#, "decoder.type: expected Sequence"),
    ])
  func refusals(old: String, new: String, expected: String) throws {
    let text = Self.small.replacingOccurrences(of: old, with: new)
    try #require(text != Self.small)
    let words = try #require(try use(Array(text.utf8)))
    expectSentence(words)
    #expect(words.contains(expected), "\(words)")
  }

  @Test("Nesting without end is refused")
  func nesting() throws {
    let deep =
      #"{"normalizer": "# + String(repeating: #"{"type":"Sequence","normalizers":["#, count: 10_000)
    #expect(try use(Array(deep.utf8))?.contains("at most 32 nested") == true)
  }

  @Test("More pieces than there is room for are refused")
  func manyBytes() throws {
    let piece = String(repeating: "x", count: 1 << 20)
    let vocabulary = (0..<16).map { "\"\($0)\(piece)\": \($0)" }.joined(separator: ",")
    let file = #"{"model": {"type": "BPE", "vocab": {"# + vocabulary + #"}, "merges": []}}"#
    #expect(try use(Array(file.utf8))?.contains("bytes of pieces") == true)
  }

  @Test("Unigram files without sense are refused")
  func unigrams() throws {
    for (vocabulary, unknown, expected) in [
      ("[]", "0", "model.vocab: expected pieces, found none"),
      (#"[["a", 0], ["a", 1]]"#, "0", "model.vocab[1]: expected each piece once"),
      (#"[["a"]]"#, "0", "model.vocab[0]: expected a piece and its score"),
      (#"[["a", 1e999]]"#, "0", "model.vocab[0]: expected a piece and its score"),
      (#"[["a", 0]]"#, "1", "model.unk_id: expected an integer in 0...0, found 1"),
      (#"[["a", 0]]"#, "null", "model.unk_id: expected an integer in 0...0, found null"),
    ] {
      let file = #"{"model": {"type": "Unigram", "vocab": \#(vocabulary), "unk_id": \#(unknown)}}"#
      let words = try #require(try use(Array(file.utf8)))
      #expect(words.contains(expected), "\(words)")
    }
    let extreme =
      #"{"model": {"unk_id": 0, "vocab": [["?", -1e308], ["a", 1e308], ["aa", 1e308]]}}"#
    #expect(try use(Array(extreme.utf8)) == nil)
  }
}
