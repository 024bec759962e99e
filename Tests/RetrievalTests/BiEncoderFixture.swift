import Checkpoints
import Foundation
import JSON
import Retrieval
import Support
import Testing
import Tokenization

/// A tiny bi-encoder and what sentence-transformers computes with it; made by
/// scripts/golden/bi-encoders.py.
struct BiEncoderFixture: CustomTestStringConvertible, Sendable {
  let name: String

  static let all = [
    "mean-normalized", "cls", "max", "square-root", "weighted", "last", "lower-case", "prompts",
    "plain", "roberta", "xlm-roberta", "distilbert",
  ].map(BiEncoderFixture.init)
  /// Those with an encoder of their own, and the tokenizer of a cross-encoder.
  private static let kin = ["roberta", "xlm-roberta", "distilbert"]

  var testDescription: String { name }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/bi-encoders")
  private static let crossEncoders = root.deletingLastPathComponent()
    .appendingPathComponent("cross-encoders")

  /// The texts that are embedded.
  static func texts() throws -> [String] {
    let value = try JSONValue(
      parsing: Array(Data(contentsOf: root.appendingPathComponent("texts.json"))))
    return try #require(value.array).map { try #require($0.string) }
  }

  /// Puts the encoder and the variant's files into one directory, and gives its path.
  @discardableResult
  func assemble(in folder: TemporaryFolder) throws -> String {
    let directory = try folder.makeFolder("model")
    let sources =
      Self.kin.contains(name)
      ? [Self.crossEncoders.appendingPathComponent(name)]
      : [Self.root.appendingPathComponent("encoder")]
    for source in sources + [Self.root.appendingPathComponent(name)] {
      for file in try FileManager.default.subpathsOfDirectory(atPath: source.path)
      where file.contains(".") && !file.hasPrefix("golden") {
        let target = URL(fileURLWithPath: directory).appendingPathComponent(file)
        try FileManager.default.createDirectory(
          at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contentsOf: source.appendingPathComponent(file)).write(to: target)
      }
    }
    return directory
  }

  /// Puts the SentencePiece file that its tokenizer.json was made of in that file's place.
  func replaceTokenizer(in directory: String) throws {
    let name = "sentencepiece.bpe.model"
    try FileManager.default.removeItem(atPath: "\(directory)/tokenizer.json")
    try Data(
      contentsOf: Self.crossEncoders.appendingPathComponent("xlm-roberta-sentencepiece/\(name)")
    ).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
  }

  /// The model; control tokens in texts are recognised, as sentence-transformers does.
  func load(_ change: (inout BiEncoderOptions) -> Void = { _ in }) throws -> BiEncoder {
    try TemporaryFolder.use { folder in
      var options = BiEncoderOptions()
      options.specialTokens = .recognized
      options.threads = 1
      change(&options)
      // Mapped weights outlive their directory.
      return try BiEncoder(path: assemble(in: folder), options: options)
    }
  }

  /// What sentence-transformers computes: `queries` or `documents`.
  func golden(_ side: String) throws -> [Float] {
    let path = Self.root.appendingPathComponent("\(name)/golden.safetensors").path
    let file = try Safetensors(path: path)
    let buffer = try file.floats(of: try #require(file.tensors.first { $0.name == side }))
    return Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
  }
}
