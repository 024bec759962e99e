import Foundation
import JSON
import Testing
import Tokenization

/// The files that the tests of this target read.
enum TestFiles {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let sentencePieceModel = path("Tests/Fixtures/tokenizers/t5/spiece.model")
  static let wordPieceDirectory = path("weights/cross-encoder-mini")
  static let wordPieceVocabulary = wordPieceDirectory + "/vocab.txt"
  static let goldenScalars = path("Tests/Fixtures/tokens/scalars.json")
  static let goldenTexts = path("Tests/Fixtures/tokens/texts.jsonl")

  static func t5() throws -> SentencePieceTokenizer {
    try SentencePieceTokenizer(path: sentencePieceModel, extraIDs: 100)
  }

  static func bert(
    _ settings: WordPieceTokenizer.Settings = .init()
  ) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(path: wordPieceVocabulary, settings: settings)
  }

  static func bytes(of path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  static func path(_ relative: String) -> String {
    package.appendingPathComponent(relative).path
  }
}

/// A string, and its tokens by the names that scripts/golden/tokens.py explains.
struct GoldenText {
  let text: String
  let tokens: [String: [TokenID]]

  /// The strings in the order of the file, whose first line is no string.
  static func all() throws -> [GoldenText] {
    let lines = try TestFiles.bytes(of: TestFiles.goldenTexts)
      .split(separator: UInt8(ascii: "\n"))
    return try lines.dropFirst().map { line in
      let members = try #require(try JSONValue(parsing: line).object)
      var tokens: [String: [TokenID]] = [:]
      for (name, value) in members where name != "text" {
        tokens[name] = try #require(value.array).map { TokenID(try #require($0.int)) }
      }
      return GoldenText(text: try #require(members["text"]?.string), tokens: tokens)
    }
  }
}

/// Runs `body` with a fresh empty folder, and removes it.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("tokenization-tests-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// What a tokenizer's initialiser says when it refuses; nil if it does not.
func refusal(_ body: () throws -> Void) throws -> String? {
  do {
    try body()
    return nil
  } catch let error as TokenizerError {
    return error.description
  }
}
