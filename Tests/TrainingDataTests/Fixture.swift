import Foundation

/// Models that tests use where they are.
enum Fixture {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A tiny BERT without sentence-transformers' files: embeddings are means over the tokens.
  static let encoder = root.appendingPathComponent("Tests/Fixtures/bi-encoders/encoder").path
  /// The shipped cross-encoder.
  static let crossEncoder = root.appendingPathComponent("weights/cross-encoder-mini").path
}
