import Checkpoints
import Foundation
import JSON

/// A tiny random ColBERT, and what colbert-ai or PyLate compute from it; made by
/// scripts/golden/colbert.py.
package struct ColBERTFixture: CustomStringConvertible, Sendable {
  package let name: String

  /// The fixture in the folder of that name.
  package init(name: String) { self.name = name }

  /// colbert-ai's form, PyLate's, and variants of the latter.
  package static let all = [
    "colbert-ai", "pylate", "pylate-seen", "pylate-plain", "pylate-bare",
  ].map(ColBERTFixture.init)

  package var description: String { name }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/colbert")

  /// Where the fixture's own files are: all of a model's, or a variant's settings.
  package var folder: String { Self.root.appendingPathComponent(name).path }

  /// The queries and documents that the references read.
  package static func texts() throws -> (queries: [String], documents: [String]) {
    let value = try JSONValue(
      parsing: Array(Data(contentsOf: root.appendingPathComponent("texts.json"))))
    func texts(_ key: String) throws -> [String] {
      guard let texts = value[key]?.array?.compactMap(\.string) else {
        throw MissingFixture(name: key)
      }
      return texts
    }
    return (try texts("queries"), try texts("documents"))
  }

  /// Puts the model's files into a new directory, and gives its path.
  @discardableResult
  package func assemble(
    in folder: TemporaryFolder, as directory: String = "model",
    replacing texts: [String: String] = [:]
  ) throws -> String {
    let base = name.hasPrefix("pylate") ? ColBERTFixture(name: "pylate") : self
    for source in [base.folder, self.folder] {
      for file in try FileManager.default.subpathsOfDirectory(atPath: source)
      where file.contains(".") && !file.hasPrefix("golden") {
        let target = "\(folder.path(of: directory))/\(file)"
        try FileManager.default.createDirectory(
          atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(contentsOf: URL(fileURLWithPath: "\(source)/\(file)"))
          .write(to: URL(fileURLWithPath: target))
      }
    }
    for (file, text) in texts { try folder.write(text, to: "\(directory)/\(file)") }
    return folder.path(of: directory)
  }

  package func golden() throws -> GoldenTensors {
    GoldenTensors(file: try Safetensors(path: folder + "/golden.safetensors"), folder: folder)
  }
}
