import Foundation
import Reranking
import Testing
import Tokenization

@Suite("What is written beside a model's weights")
struct ModelDirectoryWriterTests {
  /// The manifest that is written for a family's tiny model in a directory of that name; nil: none.
  private func writtenManifest(
    of family: String, named name: String, replacing texts: [String: String] = [:]
  ) throws -> RerankingManifest? {
    try withModelFolder(of: ScoredFamily(family).folder, replacing: texts) { original in
      try withTemporaryFolder { folder in
        let path = URL(fileURLWithPath: "\(folder)/\(name)")
        let output = "\(folder)/out"
        for made in [path.deletingLastPathComponent().path, output] {
          try FileManager.default.createDirectory(
            atPath: made, withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
          atPath: path.path, withDestinationPath: original)
        try ModelDirectoryWriter(ModelDirectory(path: path.path)).writeCompanions(to: output)
        let file = "\(output)/\(RerankingManifest.fileName)"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        return try RerankingManifest(contentsOf: file)
      }
    }
  }

  @Test("What is known of a model by its directory's name becomes a manifest")
  func known() throws {
    let models: [(String, String, RankingMode, String?, Int)] = [
      ("byt5", "unicamp-dl/mt5-base-mmarco-v2", .mono, "monot5-yes-no", 512),
      ("byt5", "Soyoung97/RankT5-base", .rank, "rankt5", 512),
      ("byt5", "castorini-duot5-base-msmarco", .duo, "duot5", 512),
      ("byt5", "Dundalia/TWOLAR-xl", .mono, "monot5", 500),
      ("t5-classifier", "cross-encoder/ms-marco-mine", .cross, nil, 512),
    ]
    for (family, name, mode, prompt, budget) in models {
      let written = try writtenManifest(of: family, named: name)
      let manifest = try #require(written, "\(name)")
      #expect(manifest.mode == mode && manifest.maximumTokens == budget, "\(name)")
      let found = manifest.prompts.map { "\($0.key.rawValue): \($0.value)" }
      #expect(found == (prompt.map { ["\(mode.rawValue): \($0)"] } ?? []), "\(name)")
    }
  }

  @Test(
    "What the directory says itself goes before its name; a name that says nothing adds nothing")
  func unknown() throws {
    let own = [RerankingManifest.fileName: #"{"mode": "mono"}"#]
    let written = try writtenManifest(of: "byt5", named: "RankT5-base", replacing: own)
    let kept = try #require(written)
    #expect(kept.mode == .mono && kept.prompts.isEmpty && kept.maximumTokens == nil)
    for name in ["mine", "google/byt5-small"] {
      let manifest = try writtenManifest(of: "byt5", named: name)
      #expect(manifest == nil, "\(name)")
    }
  }

  @Test("All names of files are told beforehand")
  func fileNames() throws {
    let vocabularies: [Set<TokenID>?] = [nil, Set()]
    for model in [try ShippedModel.t5(), try ShippedModel.bert()] {
      for kept in vocabularies {
        try withTemporaryFolder { folder in
          try ModelConversion(model, keeping: kept).write(to: "\(folder)/out")
          let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out")
          let others = names.filter { !ModelDirectoryWriter.fileNames.contains($0) }
          #expect(others == ["model.safetensors"])
        }
      }
    }
  }
}
