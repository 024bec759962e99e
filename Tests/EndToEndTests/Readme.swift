import Foundation

/// The project's README.
enum Readme {
  static func text() throws -> String {
    String(
      decoding: try Data(contentsOf: URL(fileURLWithPath: Program.project + "/README.md")),
      as: UTF8.self)
  }

  /// The lines of the first block of code in a language.
  static func code(_ language: String) throws -> [String] {
    let blocks = try text().components(separatedBy: "```\(language)\n").dropFirst()
    let block = blocks.first?.components(separatedBy: "```")[0] ?? ""
    return block.split(separator: "\n").map(String.init)
  }
}
