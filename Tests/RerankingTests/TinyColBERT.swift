import Reranking
import Support

/// Tiny random ColBERTs.
enum TinyColBERT {
  /// One in colbert-ai's form.
  static let shared = Result { try ModelDirectory(path: ColBERTFixture(name: "colbert-ai").folder) }

  /// Reads a fixture with other files.
  static func read(
    _ fixture: ColBERTFixture = ColBERTFixture(name: "colbert-ai"),
    replacing texts: [String: String] = [:]
  ) throws -> ModelDirectory {
    try TemporaryFolder.use { folder in
      // Mapped weights outlive their directory.
      try ModelDirectory(path: fixture.assemble(in: folder, replacing: texts))
    }
  }
}
