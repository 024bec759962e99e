import Foundation
import JSON
import RankingCore
import Reranking
import Testing

@Suite("Checkpoints known by name")
struct CheckpointRegistryTests {
  private static let shipped = Result { try CheckpointRegistry.installed().checkpoints }
  private static var ranking: [KnownCheckpoint] {
    get throws {
      try shipped.get().filter { if case .ranks = $0.use { true } else { false } }
    }
  }

  @Test("Each shipped entry names a prompt that exists and ranks in its mode")
  func prompts() throws {
    let known = try Self.ranking
    #expect(known.count >= 40)
    for checkpoint in known {
      guard case .ranks(let mode, let name, let maximumTokens) = checkpoint.use else { continue }
      #expect(mode == .colbert || (1...512).contains(maximumTokens ?? 0), "\(checkpoint.name)")
      guard let name else {
        #expect([.cross, .colbert].contains(mode), "\(checkpoint.name)")
        continue
      }
      let prompt = try PromptLibrary.installed.prompt(name)
      #expect(prompt.mode.rawValue == mode.rawValue, "\(checkpoint.name)")
      #expect(prompt.labels.allSatisfy { !$0.pieces.contains("") }, "\(checkpoint.name)")
    }
  }

  @Test(
    "Labels, budget and mode are those of the reference",
    arguments: [
      ("castorini/monot5-base-msmarco", RankingMode.mono, ["▁false"], ["▁true"], 512),
      ("castorini/duot5-3b-msmarco", .duo, ["▁false"], ["▁true"], 512),
      ("unicamp-dl/mt5-base-mmarco-v2", .mono, ["▁no"], ["▁yes"], 512),
      ("unicamp-dl/mt5-13b-mmarco-100k", .mono, ["▁"], ["▁true"], 512),
      ("unicamp-dl/ptt5-base-pt-msmarco-100k-v2", .mono, ["▁não"], ["▁sim"], 512),
      ("unicamp-dl/monoptt5-large", .mono, ["▁Não"], ["▁Sim"], 512),
      ("unicamp-dl/InRanker-3B", .mono, ["▁false"], ["▁true"], 512),
      ("Dundalia/TWOLAR-xl", .mono, ["▁false"], ["▁true"], 500),
      ("Soyoung97/RankT5-base", .rank, [], ["<extra_id_10>"], 512),
    ])
  func facts(name: String, mode: RankingMode, no: [String], yes: [String], budget: Int) throws {
    let registry = try CheckpointRegistry.installed()
    let known = try #require(registry.checkpoint(inDirectory: "/models/\(name)"))
    guard case .ranks(let found, let prompt?, budget) = known.use else {
      Issue.record("\(known)")
      return
    }
    #expect(found == mode)
    let labels = try PromptLibrary.installed.prompt(prompt).labels
    #expect(labels.first { $0.value == 1 }?.pieces == yes)
    #expect(no.isEmpty || labels.first { $0.value == 0 }?.pieces == no)
  }

  @Test("Every shipped name is found under each form of its directory's name, in any case")
  func forms() throws {
    let registry = try CheckpointRegistry.installed()
    for checkpoint in try Self.shipped.get() {
      let name = checkpoint.name.replacing("*", with: "ending")
      let parts = name.split(separator: "/").map(String.init)
      let (dashed, cached) = (parts.joined(separator: "-"), parts.joined(separator: "--"))
      var paths = [
        "/models/\(name)", "models/\(name)/", "\(name)/.", "/a/\(dashed)", "\(dashed)/",
        "/x/\(parts.joined(separator: "_"))", "/x/\(name.uppercased())", "./\(cached)",
        "/c/hub/models--\(cached)/snapshots/0123abc", "/c/models--\(cached)/snapshots/0123abc/",
        "/models/x/../\(dashed)",
      ]
      // Without the owner, a beginning would mean too much.
      if name == checkpoint.name { paths.append("/clones/\(parts[1])") }
      for path in paths {
        #expect(registry.checkpoint(inDirectory: path) == checkpoint, "\(path)")
      }
    }
  }

  @Test(
    "Other names are not known",
    arguments: [
      "/models/monot5", "/castorini/monot5-base-msmarco/mine", "/castorini", "/", ".", "",
      "/models/my-monot5-base-msmarco", "/models/ms-marco-MiniLM", "/models/t5-mine",
      "/c/models--other--monot5-base-msmarco/snapshots/0",
    ])
  func unknown(path: String) throws {
    #expect(try CheckpointRegistry.installed().checkpoint(inDirectory: path) == nil)
  }

  private static let one =
    #"{"names": ["a/b"], "source": "s", "mode": "mono", "prompt": "monot5", "max_tokens": 9}"#

  @Test("One object is one entry; a whole name goes before a beginning")
  func reads() throws {
    try withTemporaryFolder { folder in
      let other = #"{"names": ["A/*", "c/d-*"], "source": "s", "no_reranker": "a stone"}"#
      let path = "\(folder)/checkpoints.json"
      try write(#"{"checkpoints": [\#(other), \#(Self.one)]}"#, to: path)
      let registry = try CheckpointRegistry(contentsOf: path)
      #expect(registry.checkpoints.map(\.name) == ["A/*", "c/d-*", "a/b"])
      let found = try #require(registry.checkpoint(inDirectory: "/m/a/b"))
      #expect(found.use == .ranks(mode: .mono, prompt: "monot5", maximumTokens: 9))
      #expect(
        registry.checkpoint(inDirectory: "/m/a/bc")?.use == .doesNotRank(reason: "a stone"))
      #expect(registry.checkpoint(inDirectory: "/m/d-e") == nil)
    }
  }

  @Test(
    "What is wrong with an entry is named by its place",
    arguments: [
      ("{}", "checkpoints[0].names: expected this key, found no such key"),
      (#"{"names": [], "source": "s", "mode": "cross", "max_tokens": 1}"#, "each owner/model"),
      (#"{"names": ["b"], "source": "s", "mode": "cross", "max_tokens": 1}"#, "each owner/model"),
      (#"{"names": ["a/*b"], "source": "s", "mode": "cross", "max_tokens": 1}"#, "owner/model"),
      (
        #"{"names": ["a/b"], "source": "s"}"#,
        "checkpoints[0].mode: expected this key or no_reranker"
      ),
      (
        #"{"names": ["a/b"], "source": "s", "mode": "cross"}"#,
        "checkpoints[0].max_tokens: expected"
      ),
      (
        #"{"names": ["a/b"], "source": "s", "mode": "mono", "max_tokens": 1}"#,
        "checkpoints[0].prompt"
      ),
      (
        #"{"names": ["a/b"], "source": "s", "mode": "cross", "prompt": "monot5", "max_tokens": 1}"#,
        "expected no prompt for mode cross, found monot5"
      ),
      (
        #"{"names": ["a/b"], "source": "s", "mode": "mono-duo", "prompt": "x", "max_tokens": 1}"#,
        "found mono-duo"
      ),
      (#"{"names": ["a/b"], "source": "s", "mode": "none", "max_tokens": 1}"#, "expected one of"),
      (#"{"names": ["a/b"], "source": "s", "mode": "cross", "max_tokens": 0}"#, "found 0"),
      (#"{"names": ["a/b"], "source": "s", "no_reranker": "x", "max_tokens": 5}"#, "beside it"),
      (
        #"{"names": ["a/b"], "source": "s", "nope": 1}"#,
        "checkpoints[0].nope: expected no keys but"
      ),
      ("\(one), \(one.replacing("a/b", with: "A/b"))", "found A/b in checkpoints[0], too"),
    ])
  func refuses(entries: String, found: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/checkpoints.json"
      try write("{\"checkpoints\": [\(entries)]}", to: path)
      let error = try #require(refusal { try CheckpointRegistry(contentsOf: path) })
      #expect(error.description.hasPrefix("\(path): "))
      #expect(error.description.contains(found), "\(error)")
    }
  }
}
