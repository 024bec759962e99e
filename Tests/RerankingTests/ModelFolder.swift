import Checkpoints
import Foundation
import RankingCore
import Reranking
import Testing

/// The models that come with the project, each read once.
enum ShippedModel {
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func path(_ name: String) -> String {
    package.appendingPathComponent("weights/\(name)").path
  }

  private static let readT5 = Result { try ModelDirectory(path: path("t5rank-mini")) }
  private static let readBERT = Result { try ModelDirectory(path: path("cross-encoder-mini")) }

  static func t5() throws -> ModelDirectory { try readT5.get() }
  static func bert() throws -> ModelDirectory { try readBERT.get() }

  /// A model that ranks in a mode; a tiny random one for colbert, as none is shipped.
  static func model(for mode: RankingMode) throws -> ModelDirectory {
    switch mode {
    case .cross: try bert()
    case .colbert: try TinyColBERT.shared.get()
    case .mono, .rank, .duo, .monoDuo: try t5()
    }
  }
}

/// The models that `weights/` had at first, beside the project: a T5 of T5's own vocabulary, and a BERT.
enum InterimModel {
  static let isThere = FileManager.default.fileExists(atPath: RealTokenizerTests.golden.path)

  static func path(_ name: String) -> String {
    RealTokenizerTests.golden.deletingLastPathComponent().appendingPathComponent(name).path
  }

  private static let readT5 = Result { try ModelDirectory(path: path("t5rank-mini")) }
  private static let readBERT = Result { try ModelDirectory(path: path("cross-encoder-mini")) }

  static func t5() throws -> ModelDirectory { try readT5.get() }
  static func bert() throws -> ModelDirectory { try readBERT.get() }
}

/// Runs `body` with a folder that links to the files of another, some replaced or left out.
@discardableResult
func withModelFolder<Result>(
  of original: String, replacing texts: [String: String] = [:], without left: Set<String> = [],
  _ body: (String) throws -> Result
) throws -> Result {
  try withTemporaryFolder { folder in
    for name in try FileManager.default.contentsOfDirectory(atPath: original)
    where texts[name] == nil && !left.contains(name) {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name)", withDestinationPath: "\(original)/\(name)")
    }
    for (name, text) in texts { try write(text, to: "\(folder)/\(name)") }
    return try body(folder)
  }
}

/// A tiny random BERT (made by scripts/golden/models.py) with a vocabulary of letters and digits.
enum TinyBERT {
  static func path(_ name: String) -> String {
    ShippedModel.package.appendingPathComponent("Tests/Fixtures/models/\(name)").path
  }

  static var vocabulary: String {
    let signs = "abcdefghijklmnopqrstuvwxyz0123456789".map(String.init)
    return (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + signs + signs.map { "##\($0)" })
      .joined(separator: "\n")
  }

  /// Reads the model with other files, and other values of its classifier.
  ///
  /// - Parameter classifier: What becomes of each number of the classifier's weight.
  @discardableResult
  static func read<Result>(
    _ name: String = "bert-minilm", replacing texts: [String: String] = [:],
    classifier: ((Float) -> Float)? = nil, _ body: (ModelDirectory) throws -> Result
  ) throws -> Result {
    let texts = texts.merging(["vocab.txt": vocabulary]) { first, _ in first }
    let weights = "model.safetensors"
    return try withModelFolder(
      of: path(name), replacing: texts, without: classifier == nil ? [] : [weights]
    ) { folder in
      if let classifier {
        let checkpoint = try CheckpointDirectory.open(path(name))
        var writer = SafetensorsWriter()
        for tensor in checkpoint.tensors {
          let floats = try checkpoint.floats(of: tensor)
          let values = UnsafeBufferPointer(start: floats.pointer, count: floats.count)
            .map { tensor.name == "classifier.weight" ? classifier($0) : $0 }
          writer.add(tensor.name, shape: tensor.shape, values)
        }
        try writer.write(to: "\(folder)/\(weights)")
      }
      return try body(ModelDirectory(path: folder))
    }
  }

  /// The model's configuration with more members.
  static func configuration(_ name: String = "bert-minilm", adding members: String) throws -> String
  {
    let text = try String(contentsOfFile: "\(path(name))/config.json", encoding: .utf8)
    return "{\(members)," + text.drop { $0 != "{" }.dropFirst()
  }
}

/// A few passages on a query, the last far beyond any budget.
enum Passages {
  static let query = Query(id: "q", text: "how do vaccines work")

  static let documents = [
    "Vaccines train the immune system to recognise a pathogen without causing the disease.",
    "The wing of an aircraft produces lift by turning the flow of air downwards.",
    "A vaccine shows the body a harmless part of a virus, and the body makes antibodies.",
    "", "Work", "how do vaccines work",
    "The capital of France is Paris; it lies on the Seine and has two million inhabitants.",
    String(repeating: "Immune cells remember what a vaccine has shown to them. ", count: 120),
  ].enumerated().map { Document(id: "d\($0.offset)", text: $0.element) }

  /// Passages of 1 … 60 words of the ones above.
  static func many(_ count: Int, using random: inout some RandomNumberGenerator) -> [Document] {
    let words = documents.dropLast().flatMap { $0.text.split(separator: " ") }
    return (0..<count).map { index in
      let count = Int.random(in: 1...60, using: &random)
      let text = (0..<count).compactMap { _ in words.randomElement(using: &random) }
      return Document(id: "m\(index)", text: text.joined(separator: " "))
    }
  }
}
