package import Checkpoints
import Foundation
package import JSON
package import Transformers

/// A tiny checkpoint and what Hugging Face transformers computes from it; made by
/// scripts/golden/models.py.
package struct ModelFixture: CustomStringConvertible, Sendable {
  package let name: String

  /// The fixture in the folder of that name.
  package init(name: String) { self.name = name }

  package static let t5 = [
    "t5-v1.0", "t5-v1.1", "flan", "mt5", "umt5", "umt5-untied", "t5-buckets", "t5-old", "t5-f16",
    "t5-bf16", "t5-sharded", "t5-nested", "t5-untied-bare", "t5-tied-head",
  ].map(ModelFixture.init)

  package static let bert = [
    "bert-minilm", "bert-two-labels", "tinybert", "bert-f16", "bert-bf16", "bert-sharded",
  ].map(ModelFixture.init)

  /// Models that BERT's encoder text computes, too.
  package static let kinOfBERT = [
    "distilbert", "electra", "electra-wide", "roberta", "xlm-roberta", "camembert", "albert",
  ].map(ModelFixture.init)

  package static let modernBERT = ["modernbert", "modernbert-cls", "modernbert-biases"].map(
    ModelFixture.init)

  package static let deBERTa = ["deberta-v3", "deberta-v2"].map(ModelFixture.init)

  package var description: String { name }

  package var folder: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/models/\(name)").path
  }

  package func configuration() throws -> JSONValue {
    try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: folder + "/config.json"))))
  }

  package func checkpoint() throws -> any Checkpoint { try CheckpointDirectory.open(folder) }

  package func golden() throws -> GoldenTensors {
    GoldenTensors(file: try Safetensors(path: folder + "/golden.safetensors"), folder: folder)
  }

  package func loadT5() throws -> (model: T5Model, parameters: Parameters) {
    let checkpoint = try checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = T5Model(
      try T5Configuration(configuration(), path: name), declaring: &declarations)
    return (model, try Parameters(declarations, from: checkpoint))
  }

  package func loadModernBERT() throws -> (model: ModernBERTModel, parameters: Parameters) {
    let checkpoint = try checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = ModernBERTModel(
      try ModernBERTConfiguration(configuration(), path: name), declaring: &declarations)
    return (model, try Parameters(declarations, from: checkpoint))
  }

  package func loadDeBERTa() throws -> (model: DeBERTaModel, parameters: Parameters) {
    let checkpoint = try checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = DeBERTaModel(
      try DeBERTaConfiguration(configuration(), path: name), declaring: &declarations)
    return (model, try Parameters(declarations, from: checkpoint))
  }

  package func loadBERT() throws -> (model: BERTModel, parameters: Parameters) {
    let checkpoint = try checkpoint()
    var declarations = ParameterDeclarations(for: checkpoint.tensors)
    let model = BERTModel(
      try BERTConfiguration(configuration(), path: name), declaring: &declarations)
    return (model, try Parameters(declarations, from: checkpoint))
  }
}

/// The reference's outputs, by name.
package struct GoldenTensors {
  package let file: Safetensors
  package let folder: String

  package func tensor(_ name: String) throws -> StoredTensor {
    try found(file.tensors.first { $0.name == name }, name)
  }

  package func floats(_ name: String) throws -> [Float] {
    let buffer = try file.floats(of: tensor(name))
    return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
  }

  package func integers(_ name: String) throws -> [Int32] {
    // The checkpoint readers convert to floats; token ids are read from the file's own layout: the
    // header's length in 8 bytes, the header, the data.
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file.path)))
    let headerCount = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONValue(parsing: bytes[8..<8 + headerCount])
    let range = try found(header[name]?["data_offsets"], name)
    let start = try 8 + headerCount + found(range[0]?.int, name)
    return try stride(from: start, to: 8 + headerCount + found(range[1]?.int, name), by: 4).map {
      Int32(littleEndian: bytes[$0..<$0 + 4].withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
    }
  }

  /// The lengths of the sequences that the file holds.
  package var lengths: [Int] {
    file.tensors.compactMap { tensor in
      tensor.name.hasPrefix("ids.") ? Int(tensor.name.dropFirst("ids.".count)) : nil
    }.sorted()
  }
}

/// A fixture lacks something that a test asks for.
struct MissingFixture: Error {
  let name: String
}

private func found<Value>(_ value: Value?, _ name: String) throws -> Value {
  guard let value else { throw MissingFixture(name: name) }
  return value
}
