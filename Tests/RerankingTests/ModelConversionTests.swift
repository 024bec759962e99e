import Checkpoints
import Foundation
import JSON
import RankingCore
import Reranking
import Testing
import Tokenization

@Suite("Converted models")
struct ModelConversionTests {
  private static let texts =
    [Passages.query.text] + Passages.documents.map(\.text)

  private func tokens(_ model: ModelDirectory) -> Set<TokenID> {
    Set(Self.texts.flatMap { model.tokenizer.encode($0) })
  }

  private func scores(
    _ model: ModelDirectory, _ mode: RankingMode
  ) throws -> [String: Double] {
    var options = RerankerOptions()
    options.mode = mode
    let ranking = try model.reranker(options).rerank(
      Passages.documents, for: Passages.query, progress: nil
    ).ranking
    return Dictionary(
      ranking.map { ($0.document.id, $0.score) }, uniquingKeysWith: { first, _ in first })
  }

  private func converted<Result>(
    _ model: ModelDirectory, as type: ScalarType? = nil, keeping kept: Set<TokenID>? = nil,
    _ body: (ModelDirectory) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let conversion = try ModelConversion(model, as: type, keeping: kept)
      try conversion.write(to: "\(folder)/out/")
      // Nothing unfinished is left beside it.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out"])
      let result = try ModelDirectory(path: "\(folder)/out")
      #expect(result.tensors.count == conversion.sizeAfter.tensors)
      #expect(
        result.tensors.reduce(0) { $0 + $1.count * $1.scalarType.byteCount }
          == conversion.sizeAfter.bytes)
      return try body(result)
    }
  }

  @Test("A T5 with a smaller vocabulary gives the same scores, to the last bit")
  func t5() throws {
    let model = try ShippedModel.t5()
    try converted(model, as: .float32, keeping: tokens(model)) { smaller in
      #expect(smaller.tokenizer.vocabularySize < model.tokenizer.vocabularySize / 10)
      for mode in [RankingMode.mono, .rank, .duo] {
        let found = try scores(smaller, mode)
        #expect(try found == scores(model, mode), "\(mode)")
      }
    }
  }

  @Test("A cross-encoder with a smaller vocabulary gives the same scores, to the last bit")
  func bert() throws {
    let model = try ShippedModel.bert()
    try converted(model, keeping: tokens(model)) { smaller in
      #expect(smaller.tokenizer.vocabularySize < model.tokenizer.vocabularySize / 5)
      let found = try scores(smaller, .cross)
      #expect(try found == scores(model, .cross))
    }
  }

  @Test("With a smaller vocabulary every text keeps its characters")
  func otherTexts() throws {
    let text = "Zebras! Über-quixotic 12,345 jumps… naïve façade; über alles?"
    for model in [try ShippedModel.t5(), try ShippedModel.bert()] {
      let unknown = try #require(
        model.tokenizer.token(for: "<unk>") ?? model.tokenizer.token(for: "[UNK]"))
      let known = model.tokenizer.encode(text).filter { $0 == unknown }.count
      try converted(model, keeping: []) { smaller in
        let unknown = try #require(
          smaller.tokenizer.token(for: "<unk>") ?? smaller.tokenizer.token(for: "[UNK]"))
        let tokens = smaller.tokenizer.encode(text)
        #expect(tokens.filter { $0 == unknown }.count == known)
        #expect(
          smaller.tokenizer.decode(tokens) == model.tokenizer.decode(model.tokenizer.encode(text)))
      }
    }
  }

  @Test("Pieces keep their names, their order and their rows")
  func rows() throws {
    let model = try ShippedModel.t5()
    try converted(model, as: .float32, keeping: tokens(model)) { smaller in
      let table = try #require(smaller.tensors.first { $0.name == "shared.weight" })
      #expect(table.shape[0] == smaller.tokenizer.vocabularySize)
      let before = try CheckpointDirectory.open(model.path)
      let old = try before.floats(
        of: try #require(before.tensors.first { $0.name == "shared.weight" }))
      let new = try CheckpointDirectory.open(smaller.path).floats(of: table)
      let width = table.shape[1]
      for token in 0..<TokenID(smaller.tokenizer.vocabularySize) {
        let piece = try #require(smaller.tokenizer.piece(for: token))
        let place = try #require(model.tokenizer.token(for: piece))
        #expect(
          (0..<width).allSatisfy {
            old.pointer[Int(place) * width + $0] == new.pointer[Int(token) * width + $0]
          }, "\(piece)")
      }
      let file = try JSONValue(
        parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(smaller.path)/tokenizer.json"))))
      let pieces = try #require(file["model"]?["vocab"]?.array)
      #expect(pieces.count == smaller.tokenizer.vocabularySize)
      for (token, piece) in pieces.enumerated() {
        #expect(piece[0]?.string == smaller.tokenizer.piece(for: TokenID(token)))
      }
      let sentinel = file["added_tokens"]?.array?.first { $0["content"] == "<extra_id_10>" }
      #expect(sentinel?["id"]?.int == smaller.tokenizer.token(for: "<extra_id_10>").map(Int.init))
      for piece in ["<pad>", "</s>", "<unk>", "▁true", "▁false", "<extra_id_10>"] {
        #expect(smaller.tokenizer.token(for: piece) != nil, "\(piece)")
      }
    }
  }

  @Test(
    "Without a smaller vocabulary only the weights change",
    arguments: [
      ScalarType.float32, .float16, .bfloat16,
    ])
  func types(type: ScalarType) throws {
    let model = try ShippedModel.t5()
    try converted(model, as: type) { same in
      #expect(Set(same.tensors.map(\.scalarType)) == [type])
      // The shipped weights are BF16: F32 and BF16 hold them exactly.
      if type != .float16 { #expect(try scores(same, .mono) == scores(model, .mono)) }
      for name in ["spiece.model", "tokenizer.json", "reranker.json"] {
        #expect(
          FileManager.default.contents(atPath: "\(same.path)/\(name)")
            == FileManager.default.contents(atPath: "\(model.path)/\(name)"), "\(name)")
      }
      let text = try String(contentsOfFile: "\(same.path)/config.json", encoding: .utf8)
      let word = [ScalarType.float32: "float32", .float16: "float16", .bfloat16: "bfloat16"][type]
      #expect(text.contains("\"dtype\": \"\(word ?? "")\""))
    }
  }

  @Test("A PyTorch model becomes safetensors, and old names today's")
  func pyTorch() throws {
    let source = TinyBERT.path("../pytorch/bert-old-names") + "/pytorch_model.bin"
    try withModelFolder(
      of: TinyBERT.path("bert-f16"), replacing: ["vocab.txt": TinyBERT.vocabulary],
      without: ["model.safetensors"]
    ) { folder in
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/pytorch_model.bin", withDestinationPath: source)
      let model = try ModelDirectory(path: folder)
      let expected = try TinyBERT.read("bert-f16") { try scores($0, .cross) }
      #expect(try scores(model, .cross) == expected)
      try converted(model) { same in
        let found = try scores(same, .cross)
        #expect(found == expected)
        #expect(same.tensors.contains { $0.name.hasSuffix("LayerNorm.weight") })
        #expect(same.tensors.allSatisfy { $0.scalarType == .float16 })
      }
    }
  }

  @Test("A head that repeats the table, and a table under an alias, become the table alone")
  func repeatedHead() throws {
    let model = try ShippedModel.t5()
    try withModelFolder(of: model.path, without: ["model.safetensors"]) { folder in
      let checkpoint = try CheckpointDirectory.open(model.path)
      var writer = SafetensorsWriter()
      for tensor in checkpoint.tensors {
        let floats = try checkpoint.floats(of: tensor)
        let isTable = tensor.name == "shared.weight"
        let names =
          isTable ? ["encoder.embed_tokens.weight", "lm_head.weight"] : [tensor.name]
        for name in names { writer.add(name, shape: tensor.shape, floats, as: .bfloat16) }
      }
      try writer.write(to: "\(folder)/model.safetensors")
      try converted(try ModelDirectory(path: folder)) { same in
        #expect(same.tensors == model.tensors)
      }
    }
  }

  @Test("A tensor that holds several parameters is written once")
  func joinedParameters() throws {
    let path = ShippedModel.package.appendingPathComponent(
      "Tests/Fixtures/cross-encoders/modernbert"
    ).path
    let model = try ModelDirectory(path: path)
    try converted(model) { same in
      #expect(same.tensors == model.tensors)
      let found = try scores(same, .cross)
      #expect(try found == scores(model, .cross))
    }
  }

  @Test("Numbers that F16 cannot hold are refused, and nothing is left behind")
  func outOfRange() throws {
    try TinyBERT.read(classifier: { $0 * 1e9 }) { model in
      try withTemporaryFolder { folder in
        let error = try #require(throws: RerankingError.self) {
          try ModelConversion(model, as: .float16).write(to: "\(folder)/out")
        }
        #expect(error.description.contains("classifier.weight: expected numbers that F16"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      }
    }
  }

  @Test("A directory in use is not written to, and an empty one is")
  func directories() throws {
    try TinyBERT.read { model in
      try withTemporaryFolder { folder in
        try write("mine", to: "\(folder)/notes")
        let error = try #require(throws: CheckpointError.self) {
          try ModelConversion(model).write(to: folder)
        }
        #expect(error.description.contains("expected a new or empty directory"), "\(error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes"])
        try FileManager.default.createDirectory(
          atPath: "\(folder)/empty", withIntermediateDirectories: false)
        try ModelConversion(model).write(to: "\(folder)/empty")
        _ = try ModelDirectory(path: "\(folder)/empty")
      }
    }
  }
}
