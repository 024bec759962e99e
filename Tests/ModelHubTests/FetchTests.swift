import Foundation
import ModelHub
import Support
import Testing

@Suite("Fetching a model")
struct FetchTests {
  @Test("The files of a model come into the cache's layout, and no others")
  func layout() throws {
    try FetchedModel.use { model in
      #expect(try model.fetch() == model.snapshot)
      #expect(model.fetchedPaths() == ["config.json", "model.safetensors", "spiece.model"])
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      let link = try FileManager.default.destinationOfSymbolicLink(
        atPath: model.snapshot + "/model.safetensors")
      #expect(link == "../../blobs/" + HubServer.tag(of: FetchedModel.weights))
      #expect(
        try model.folder.text(of: "hub/models--owner--model/refs/main") == HubServer.commit)
      #expect(model.notes.all.isEmpty)
    }
  }

  @Test("A model that was fetched is found by its name, by the revision that is not main too")
  func found() throws {
    try FetchedModel.use { model in
      let name = try #require(RepositoryName("owner/model"))
      let cache = HubCache(path: model.folder.path(of: "hub"))
      #expect(cache.snapshot(of: name) == nil)
      try model.fetch(HubServer.commit)
      // A commit's name needs no reference: it is the only one.
      #expect(cache.snapshot(of: name) == model.snapshot)
      #expect(!FileManager.default.fileExists(atPath: model.repositoryFolder + "/refs"))
      let other = String(repeating: "f", count: 40)
      try model.folder.makeFolder("hub/models--owner--model/snapshots/\(other)")
      #expect(cache.snapshot(of: name) == nil)
      try model.fetch()
      #expect(cache.snapshot(of: name) == model.snapshot)
    }
  }

  @Test("What is there is not asked for again, and not written again")
  func kept() throws {
    try FetchedModel.use { model in
      try model.fetch()
      let before = try #require(try date(of: model.blob(FetchedModel.weights)))
      try model.fetch()
      #expect(try date(of: model.blob(FetchedModel.weights)) == before)
      #expect(model.server.storeRequests.count { $0.method == "GET" } == 2)
    }
  }

  @Test(
    "A content of another size is fetched anew; one with another hash too, if hashes are asked for")
  func repaired() throws {
    try FetchedModel.use { model in
      try model.fetch()
      let path = model.blob(FetchedModel.weights)
      try Data([1]).write(to: URL(fileURLWithPath: path))
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      var wrong = FetchedModel.weights.content
      wrong[7] ^= 1
      try Data(wrong).write(to: URL(fileURLWithPath: path))
      try model.fetch()
      #expect(try model.content("model.safetensors") == wrong)
      try model.fetch(isVerifying: true)
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(model.notes.all.count { $0.contains("fetching it anew") } == 2)
    }
  }

  @Test("A copy in a link's place stays if it is good, or if no hashes are asked for")
  func copies() throws {
    try FetchedModel.use { model in
      try model.fetch()
      let place = model.snapshot + "/model.safetensors"
      func isLink() -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil
      }
      try FileManager.default.removeItem(atPath: place)
      try Data(FetchedModel.weights.content).write(to: URL(fileURLWithPath: place))
      try model.fetch(isVerifying: true)
      #expect(!isLink())
      var wrong = FetchedModel.weights.content
      wrong[7] ^= 1
      try Data(wrong).write(to: URL(fileURLWithPath: place))
      try model.fetch()
      #expect(try model.content("model.safetensors") == wrong)
      #expect(model.notes.all.isEmpty)
      try model.fetch(isVerifying: true)
      #expect(isLink())
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(model.notes.all.count { $0.contains("linking it anew") } == 1)
    }
  }

  @Test("A folder whose name begins with an accent is made, and links lead out of it again")
  func accents() throws {
    let pooling = HubServer.File("{\"a\": 1}")
    let files: [String: HubServer.File] = [
      "config.json": HubServer.File("{}"), "model.safetensors": FetchedModel.weights,
      "modules.json": HubServer.File(
        #"[{"path": "", "type": "a"}, {"path": "1/\u0301", "type": "b"}]"#),
      "1/\u{301}/config.json": pooling,
      // By this name the server is asked for it.
      "1/%CC%81/config.json": pooling,
    ]
    try FetchedModel.use(files) { model in
      try model.fetch()
      let place = model.snapshot + "/1/\u{301}/config.json"
      let link = try FileManager.default.destinationOfSymbolicLink(atPath: place)
      #expect(link == "../../../../blobs/" + HubServer.tag(of: pooling))
      #expect(FileManager.default.contents(atPath: place) == Data(pooling.content))
    }
  }

  @Test("Progress ends with all bytes of the model")
  func progress() throws {
    try FetchedModel.use { model in
      try model.fetch()
      let last = try #require(model.progress.all.last)
      #expect(last.bytes == last.totalBytes)
      #expect(last.totalBytes == 300_000 + 3 + 20)
      #expect(last.count == 3)
    }
  }

  @Test("Shards come with their index, and folders of modules.json with their files")
  func shardsAndModules() throws {
    let files: [String: HubServer.File] = [
      "config.json": HubServer.File("{}"),
      "modules.json": HubServer.File(
        #"[{"path": "", "type": "a"}, {"path": "1_Pooling", "type": "b"}]"#),
      "1_Pooling/config.json": HubServer.File("{\"a\": 1}"),
      "2_Other/config.json": HubServer.File("{}"),
      "model.safetensors.index.json": HubServer.File(
        #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#),
      "model-1.safetensors": HubServer.File([1], isLarge: true),
      "model-2.safetensors": HubServer.File([2], isLarge: true),
      "model-3.safetensors": HubServer.File([3], isLarge: true),
    ]
    try FetchedModel.use(files) { model in
      try model.fetch()
      #expect(
        model.fetchedPaths() == [
          "1_Pooling/config.json", "config.json", "model-1.safetensors", "model-2.safetensors",
          "model.safetensors.index.json", "modules.json",
        ])
      #expect(try model.content("1_Pooling/config.json") == Array("{\"a\": 1}".utf8))
    }
  }

  @Test("A ColBERT comes with its settings, and with its linear layer where that is apart")
  func colBERT() throws {
    let weights = HubServer.File([1], isLarge: true)
    let files: [String: HubServer.File] = [
      "config.json": HubServer.File("{}"), "artifact.metadata": HubServer.File("{\"dim\": 1}"),
      "config_sentence_transformers.json": HubServer.File("{\"b\": 1}"),
      "modules.json": HubServer.File(
        #"[{"path": "", "type": "a"}, {"path": "1_Dense", "type": "b"}]"#),
      "model.safetensors": weights, "1_Dense/model.safetensors": weights,
      "1_Dense/config.json": HubServer.File("{\"c\": 1}"), "vocab.txt": HubServer.File("d"),
    ]
    try FetchedModel.use(files) { model in
      try model.fetch()
      #expect(model.fetchedPaths() == files.keys.sorted())
    }
  }

  @Test("PyTorch's file is taken where there are no safetensors")
  func pickle() throws {
    let files = [
      "config.json": HubServer.File("{}"), "pytorch_model.bin": HubServer.File([1], isLarge: true),
      "flax_model.msgpack": HubServer.File([2]),
    ]
    try FetchedModel.use(files) { model in
      try model.fetch()
      #expect(model.fetchedPaths() == ["config.json", "pytorch_model.bin"])
    }
  }

  private func date(of path: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }
}
