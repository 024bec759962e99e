import Foundation
import JSON
import Retrieval
import Support
import Testing
import Tokenization

@Suite("Bi-encoders whose tokenizer stands in tokenizer.json alone")
struct BiEncoderTokenizerFileTests {
  /// What BERT's `tokenizer.json` says for a vocabulary.
  private func tokenizerFile(vocabulary: String, lowercases: Bool) -> String {
    let pieces = vocabulary.split(separator: "\n").map(String.init)
    let added: [JSONValue] = pieces.enumerated().filter { $0.element.hasPrefix("[") }.map {
      ["id": JSONValue($0.offset), "content": .string($0.element), "special": true]
    }
    let numbered = JSONObject(
      pieces.enumerated().map { (key: $0.element, value: JSONValue($0.offset)) })
    let file: JSONValue = [
      "added_tokens": .array(added),
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
        "strip_accents": nil, "lowercase": .bool(lowercases),
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": .object(numbered),
      ],
    ]
    return file.serialized()
  }

  @Test(
    "Embeddings are those with vocab.txt, also where sentence-transformers lowers the case",
    arguments: ["mean-normalized", "lower-case"])
  func sameEmbeddings(name: String) throws {
    let fixture = BiEncoderFixture(name: name)
    let texts = try BiEncoderFixture.texts()
    let expected = try fixture.load().embed(documents: texts)
    try TemporaryFolder.use { folder in
      let directory = try fixture.assemble(in: folder)
      let vocabulary = "\(directory)/vocab.txt"
      let file = tokenizerFile(
        vocabulary: try String(contentsOfFile: vocabulary, encoding: .utf8),
        lowercases: name != "lower-case")
      try FileManager.default.removeItem(atPath: vocabulary)
      try file.write(
        toFile: "\(directory)/tokenizer.json", atomically: true, encoding: .utf8)
      var options = BiEncoderOptions()
      options.specialTokens = .recognized
      options.threads = 1
      let found = try BiEncoder(path: directory, options: options).embed(documents: texts)
      #expect(found.values == expected.values)
    }
  }
}
