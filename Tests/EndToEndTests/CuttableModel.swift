import Checkpoints
import Foundation
import JSON
import Support

/// A tiny model of a family that names its embedding table in its own way, with a vocabulary that can be cut.
struct CuttableModel {
  enum Family: String, CaseIterable, Sendable {
    case electra
    case distilBERT
    case albert
    /// A T5 with all but its head under `transformer.`.
    case nestedT5
    /// RankT5 over an encoder.
    case classifyingT5
    /// The same as naver writes it.
    case naverT5
  }

  private let folder: ScratchFolder
  var path: String { folder.path }

  // TinyModel's sizes, which are T5's vocabulary and a width of its own.
  private static let rows = 32_128
  private static let width = 8

  private static func fixture(_ name: String) -> String {
    Program.project + "/Tests/Fixtures/" + name
  }

  init(_ family: Family) throws {
    folder = try ScratchFolder()
    switch family {
    case .electra:
      try copy(
        ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"],
        of: Self.fixture("cross-encoders/electra"))
    case .distilBERT:
      try copy(
        ["config.json", "model.safetensors", "tokenizer_config.json"],
        of: Self.fixture("cross-encoders/distilbert"))
      // It has as many pieces.
      try copy(["vocab.txt"], of: Self.fixture("cross-encoders/electra"))
    case .albert: try makeALBERT()
    case .nestedT5:
      try makeT5(adding: [("lm_head.weight", [Self.rows, Self.width])]) { "transformer." + $0 }
    case .classifyingT5:
      try makeT5(
        adding: [("classifier.weight", [1, Self.width]), ("classifier.bias", [1])]
      ) { $0.hasPrefix("decoder.") ? nil : "transformer." + $0 }
    case .naverT5:
      try makeT5(adding: [("linear.weight", [1, Self.width]), ("linear.bias", [1])]) {
        $0.hasPrefix("decoder.") ? nil : "model." + $0
      }
    }
  }

  private func makeT5(
    adding more: [(name: String, shape: [Int])], renaming: (String) -> String?
  ) throws {
    let model = try TinyModel()
    try copy(["config.json", "spiece.model"], of: model.path)
    try writeWeights(of: model.path, adding: more, renaming: renaming)
  }

  /// The fixture with T5's tokenizer, of which both files are there.
  private func makeALBERT() throws {
    let model = Self.fixture("cross-encoders/albert")
    try copy(["tokenizer_config.json"], of: model)
    try copy(["tokenizer.json", "spiece.model"], of: Self.fixture("tokenizers/t5"))
    let file = try JSONValue(
      parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(model)/config.json"))))
    var members = file.object ?? JSONObject()
    members["vocab_size"] = JSONValue(Self.rows)
    try folder.write(JSONValue.object(members).serialized(), to: "config.json")
    let table = "albert.embeddings.word_embeddings.weight"
    try writeWeights(of: model, adding: [(table, [Self.rows, Self.width])]) {
      $0 == table ? nil : $0
    }
  }

  private func copy(_ names: [String], of model: String) throws {
    for name in names {
      try FileManager.default.copyItem(atPath: "\(model)/\(name)", toPath: "\(path)/\(name)")
    }
  }

  /// Writes the weights of another model.
  ///
  /// - Parameters:
  ///   - more: Further tensors, of random numbers.
  ///   - renaming: A tensor's new name; nil: it is left out.
  private func writeWeights(
    of model: String, adding more: [(name: String, shape: [Int])], renaming: (String) -> String?
  ) throws {
    let checkpoint = try CheckpointDirectory.open(model)
    var random = SeededRandom(seed: 9)
    var writer = SafetensorsWriter()
    for tensor in checkpoint.tensors {
      guard let name = renaming(tensor.name) else { continue }
      writer.add(name, shape: tensor.shape, try checkpoint.floats(of: tensor))
    }
    for (name, shape) in more {
      let values: [Float] = (0..<shape.reduce(1, *)).map { _ in
        Float.random(in: -0.5...0.5, using: &random)
      }
      writer.add(name, shape: shape, values)
    }
    try writer.write(to: "\(path)/model.safetensors")
  }
}
