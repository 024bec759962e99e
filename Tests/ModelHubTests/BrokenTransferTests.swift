import Foundation
import ModelHub
import Support
import Testing

@Suite("Broken transfers")
struct BrokenTransferTests {
  private static let store = "GET /store/model.safetensors"
  private static let listing = "GET /api/"

  @Test("A cut file is gone on with where it was cut")
  func resumed() throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.store, { $0.cut = 100_000 }, { $0.cut = 50_000 })
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(ranges(model) == [nil, "bytes=100000-", "bytes=150000-"])
      // Each try brought something, so no pause grew.
      #expect(model.pauses.all == [1, 1])
    }
  }

  @Test("What a fetch that failed left behind is gone on with by the next one")
  func resumedLater() throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.store, { $0.cut = 100_000 })
      // From then on nothing comes.
      model.server.spoil(Self.store, { $0 = .init(500) }, { $0 = .init(500) }, { $0 = .init(500) })
      model.server.spoil(Self.store, { $0 = .init(500) })
      guard case .transferFailed = model.failure() else {
        Issue.record("expected a failed transfer")
        return
      }
      #expect(model.pauses.all == [1, 2, 4, 8])
      let partial = model.blob(FetchedModel.weights) + ".incomplete"
      #expect(try Data(contentsOf: URL(fileURLWithPath: partial)).count == 100_000)
      #expect(!FileManager.default.fileExists(atPath: model.snapshot))
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(ranges(model).last == "bytes=100000-")
      #expect(!FileManager.default.fileExists(atPath: partial))
    }
  }

  @Test("A server that ignores ranges sends all, and all is taken")
  func rangeIgnored() throws {
    try FetchedModel.use { model in
      model.server.spoil(
        Self.store, { $0.cut = 100_000 }, { $0 = .init(200, [], FetchedModel.weights.content) })
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
    }
  }

  @Test("A server that refuses a range is asked for all")
  func rangeRefused() throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.store, { $0.cut = 100_000 }, { $0 = .init(416) })
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(ranges(model) == [nil, "bytes=100000-", nil])
    }
  }

  @Test("A wrong beginning from an earlier try is thrown away, and all is fetched once more")
  func wrongBeginning() throws {
    try FetchedModel.use { model in
      try model.folder.makeFolder("hub/models--owner--model/blobs")
      let partial = model.blob(FetchedModel.weights) + ".incomplete"
      try Data(repeating: 0, count: 1000).write(to: URL(fileURLWithPath: partial))
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
      #expect(ranges(model) == ["bytes=1000-", nil])
    }
  }

  @Test("Chunks without a length are taken, whole or cut")
  func chunked() throws {
    try FetchedModel.use { model in
      model.server.spoil(
        Self.store, { ($0.isChunked, $0.cut) = (true, 5000) }, { $0.isChunked = true })
      try model.fetch()
      #expect(try model.content("model.safetensors") == FetchedModel.weights.content)
    }
  }

  @Test(
    "An overloaded server is asked again, after the pause that it wants",
    arguments: [408, 429, 500, 502, 503, 504])
  func overloaded(status: Int) throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.listing, { $0 = .init(status, [("Retry-After", "7")]) })
      model.server.spoil("HEAD /", { $0 = .init(status) })
      model.server.spoil(Self.store, { $0 = .init(status) })
      try model.fetch()
      #expect(model.pauses.all == [7, 1, 1])
      #expect(model.notes.all.count == 3)
      #expect(model.notes.all.allSatisfy { $0.contains("HTTP \(status)") })
    }
  }

  @Test("A server that wants too long a pause is given up at once")
  func longPause() throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.listing, { $0 = .init(429, [("Retry-After", "86400")]) })
      let failure = try #require(model.failure())
      #expect(failure.description.contains("86400 seconds"))
      #expect(model.pauses.all.isEmpty)
    }
  }

  @Test("A server that cuts after each byte is given up too")
  func crumbs() throws {
    try FetchedModel.use { model in
      for _ in 0..<60 { model.server.spoil(Self.store, { $0.cut = 1 }) }
      guard case .transferFailed(_, let reason) = try #require(model.failure()) else {
        Issue.record("expected a failed transfer")
        return
      }
      #expect(reason.contains("50 tries"))
    }
  }

  @Test("A port on which nobody listens is named, with the number of tries")
  func nobody() throws {
    try TemporaryFolder.use { folder in
      let environment = try HubEnvironment([
        "HF_HOME": folder.path, "HF_ENDPOINT": "http://127.0.0.1:1",
      ])
      let pauses = Recorder<Double>()
      let fetcher = ModelFetcher(
        try #require(RepositoryName("owner/model")), environment: environment,
        retries: Retries(wait: pauses.record), progress: { _ in }, note: { _ in })
      let failure = #expect(throws: HubError.self) { try fetcher.fetch(.main) }
      let text = try #require(failure).description
      #expect(text.contains("127.0.0.1:1") && text.contains("5 tries"))
      #expect(pauses.all == [1, 2, 4, 8])
    }
  }

  /// The ranges in which the weights were asked for.
  private func ranges(_ model: FetchedModel) -> [String?] {
    model.server.storeRequests.filter { $0.path == "/store/model.safetensors" }
      .map { $0.fields["range"] }
  }
}
