import Checkpoints
import Foundation
import JSON
import Kernels
import RankingCore
import Reranking
import Support
import Testing
import Tokenization
import Transformers

@Suite("Cross-encoders of BERT's kin")
struct CrossEncoderFamilyTests {
  private static let pairs = [("a b c", "d e 1 2 3"), ("q", "z y x w"), ("7 8 9", "")]

  @Test(
    "A directory's scores are its network's outputs for the pair that its tokenizer makes",
    arguments: ["distilbert", "electra"])
  func wordPiece(name: String) throws {
    try TinyBERT.read(name) { model in
      var options = RerankerOptions()
      options.scale = .logit
      let scores = try CrossEncoder(model, options: options).scores(
        for: Self.pairs.map { TextPair($0.0, $0.1) })
      let start = try #require(model.tokenizer.token(for: "[CLS]"))
      let separator = try #require(model.tokenizer.token(for: "[SEP]"))
      for (pair, score) in zip(Self.pairs, scores) {
        let opening = [start] + model.tokenizer.encode(pair.0) + [separator]
        let rest = model.tokenizer.encode(pair.1) + [separator]
        let types = opening.map { _ in Int32(0) } + rest.map { _ in Int32(1) }
        #expect(try Self.logit(of: opening + rest, types: types, in: model.path) == score)
      }
    }
  }

  @Test("An XLM-RoBERTa joins its texts with two tokens, all of one type")
  func xlmRoBERTa() throws {
    try withXLMRoBERTa { folder in
      let model = try ModelDirectory(path: folder)
      #expect(model.tokenizer.vocabularySize == Self.rows)
      #expect(model.defaultMode == .cross)
      var options = RerankerOptions()
      options.scale = .logit
      let scores = try CrossEncoder(model, options: options).scores(
        for: [TextPair("what is a wing", "A wing makes lift.")])
      let tokens =
        [0] + model.tokenizer.encode("what is a wing") + [2, 2]
        + model.tokenizer.encode("A wing makes lift.") + [2]
      let types = tokens.map { _ in Int32(0) }
      #expect(try Self.logit(of: tokens, types: types, in: folder) == scores[0])
    }
  }

  @Test("A budget leaves room for the four control tokens of a RoBERTa's pair")
  func budget() throws {
    let tokenizer = try PipelineTokenizer(pieces: Self.pieces, of: .xlmRoBERTa)
    let template = try PairTemplate.roberta(tokenizer)
    #expect(throws: RerankingError.self) {
      try PairEncoder(tokenizer: tokenizer, template: template, maximumTokens: 5)
    }
    let encoder = try PairEncoder(tokenizer: tokenizer, template: template, maximumTokens: 12)
    let query = encoder.encode(query: "one two three four five six seven")
    let document = encoder.encode(document: "ten nine eight seven six five four", for: query)
    let pair = encoder.encode(query: query, document: document)
    #expect(pair.tokens.count == 12 && pair.queryShortened && pair.documentShortened)
    #expect(pair.tokens.first == 0 && pair.tokens.last == 2)
    #expect(pair.tokens[pair.documentStart - 2..<pair.documentStart] == [2, 2])
    #expect(pair.types.allSatisfy { $0 == 0 })
  }

  /// The output of the network in a directory, for one sequence.
  private static func logit(
    of tokens: [Int32], types: [Int32], in folder: String
  ) throws -> Double {
    let path = "\(folder)/config.json"
    let configuration = try BERTConfiguration(
      JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))), path: path)
    let checkpoint = try CheckpointDirectory.open(folder)
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = BERTModel(configuration, declaring: &declarations)
    var backend = InferenceBackend(parameters: try Parameters(declarations, from: checkpoint))
    return Double(model.logits(PackedBatch([tokens]), types: types, on: &backend)[0][0])
  }

  private static let pieces = ShippedModel.package
    .appendingPathComponent("Tests/Fixtures/tokenizers/t5/spiece.model").path
  /// The pieces of that file, one more, and `<mask>`.
  private static let rows = 32_002

  /// Runs `body` with a tiny XLM-RoBERTa whose tokenizer has T5's pieces.
  private func withXLMRoBERTa(_ body: (String) throws -> Void) throws {
    let fixture = ModelFixture(name: "xlm-roberta")
    let checkpoint = try fixture.checkpoint()
    var random = SeededRandom(seed: 61)
    try withTemporaryFolder { folder in
      var writer = SafetensorsWriter()
      for tensor in checkpoint.tensors {
        let floats = try checkpoint.floats(of: tensor)
        let values = Array(UnsafeBufferPointer(start: floats.pointer, count: floats.count))
        guard tensor.name == "roberta.embeddings.word_embeddings.weight" else {
          writer.add(tensor.name, shape: tensor.shape, values)
          continue
        }
        let width = tensor.shape[1]
        writer.add(
          tensor.name, shape: [Self.rows, width],
          values
            + (values.count..<Self.rows * width).map { _ in
              Float.random(in: -1...1, using: &random)
            })
      }
      try writer.write(to: "\(folder)/model.safetensors")
      var members = try #require(try fixture.configuration().object)
      members["vocab_size"] = JSONValue(Self.rows)
      try JSONValue.object(members).serialized().write(
        toFile: "\(folder)/config.json", atomically: true, encoding: .utf8)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/sentencepiece.bpe.model", withDestinationPath: Self.pieces)
      try body(folder)
    }
  }
}
