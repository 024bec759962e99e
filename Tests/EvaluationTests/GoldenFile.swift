import Foundation
import JSON

/// A file of Tests/Fixtures/evaluation, made by scripts/golden/measures.py.
enum GoldenFile {
  static func value(_ name: String) throws -> JSONValue {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/evaluation/\(name)")
    return try JSONValue(parsing: Array(Data(contentsOf: file)))
  }
}
