import Foundation
import ModelHub
import Support
import Testing

@Suite("Hubs that refuse, and hubs that lie")
struct RefusalTests {
  private static let listing = "GET /api/"
  private static let weights = "HEAD /owner/model/resolve/\(HubServer.commit)/model.safetensors"
  private static let store = "GET /store/model.safetensors"

  /// Says what failed, of a fetch with one fault, and checks that nothing came of it.
  private func failure(
    _ opening: String, token: String? = nil, fault: @escaping HubServer.Fault
  ) throws -> HubError {
    var failure: HubError?
    try FetchedModel.use(token: token) { model in
      // A content that is wrong twice, not only after a cut.
      model.server.spoil(opening, fault, fault)
      failure = model.failure()
      #expect(!FileManager.default.fileExists(atPath: model.snapshot))
      #expect(!FileManager.default.fileExists(atPath: model.repositoryFolder + "/refs"))
      #expect(model.pauses.all.isEmpty)
    }
    return try #require(failure, "expected a failure")
  }

  // MARK: Refusals

  @Test(
    "Without a token, a hub's 401 and 403 name the places where a token is looked for",
    arguments: [401, 403])
  func tokenMissing(status: Int) throws {
    let failure = try failure(Self.listing) { $0 = .init(status) }
    guard case .refused(let text) = failure else {
      Issue.record("\(failure)")
      return
    }
    for word in ["owner/model", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "/token", "\(status)"] {
      #expect(text.contains(word))
    }
  }

  @Test("With a token, they say that it is not enough, and do not show it")
  func tokenRefused() throws {
    let text = try failure(Self.listing, token: "hf_secret") { $0 = .init(403) }.description
    #expect(text.contains("the token may not read") && !text.contains("hf_secret"))
  }

  @Test("A gated repository is told from others")
  func gated() throws {
    let text = try failure(Self.listing, token: "hf_secret") {
      $0 = .init(403, [("X-Error-Code", "GatedRepo")])
    }.description
    #expect(text.contains("gated") && text.contains("/owner/model"))
  }

  @Test("A revision that is not there is named")
  func revision() throws {
    try FetchedModel.use { model in
      let failure = try #require(model.failure("v9"))
      #expect(failure.description.contains("no such revision"))
      #expect(failure.description.contains("/revision/v9"))
      guard case .missing = failure else {
        Issue.record("\(failure)")
        return
      }
    }
  }

  @Test("A repository without a model is refused")
  func noModel() throws {
    try FetchedModel.use(["model.gguf": HubServer.File("x")]) { model in
      let text = try #require(model.failure()).description
      #expect(text.contains("expected config.json"))
    }
    let files = [
      "tokenizer_config.json": HubServer.File("{}"), "model.safetensors": FetchedModel.weights,
    ]
    try FetchedModel.use(files) { model in
      let text = try #require(model.failure()).description
      #expect(text.contains("expected config.json"))
    }
  }

  // MARK: Tokens and redirects

  @Test("The token goes to the hub, and to no other server")
  func tokenStaysAtHub() throws {
    try FetchedModel.use(token: "hf_secret") { model in
      try model.fetch()
      let sent = model.server.requests.map { $0.fields["authorization"] }
      #expect(!sent.isEmpty && sent.allSatisfy { $0 == "Bearer hf_secret" })
      let elsewhere = model.server.storeRequests
      #expect(!elsewhere.isEmpty && elsewhere.allSatisfy { $0.fields["authorization"] == nil })
    }
  }

  @Test("A repository that was renamed is followed on the hub itself")
  func renamed() throws {
    try FetchedModel.use { model in
      let place = "/api/models/owner/model/revision/\(HubServer.commit)"
      model.server.spoil(Self.listing, { $0 = .init(307, [("Location", place)]) })
      try model.fetch()
      #expect(model.server.requests.prefix(2).last?.path == place)
    }
  }

  @Test(
    "Redirects to what is no address of the web are refused",
    arguments: [
      "file:///etc/passwd", "ftp://127.0.0.1/x", "http://user@127.0.0.1/", "http://127.0.0.1\\@x/",
      "gopher://127.0.0.1", "relative", "", "http://", "http://127.0.0.1:99999/",
    ])
  func redirects(location: String) throws {
    let text = try failure(Self.store) { $0 = .init(302, [("Location", location)]) }.description
    #expect(text.contains("redirect"))
  }

  @Test("A circle of redirects is left")
  func circle() throws {
    try FetchedModel.use { model in
      let place = "/api/models/owner/model/revision/main"
      for _ in 0..<12 {
        model.server.spoil(Self.listing, { $0 = .init(302, [("Location", place)]) })
      }
      let text = try #require(model.failure()).description
      #expect(text.contains("at most 10 redirects"))
      #expect(model.server.requests.count == 11)
    }
  }

  // MARK: Wrong contents

  @Test("A file with another hash is thrown away")
  func wrongHash() throws {
    let text = try failure(Self.store) { $0.content[5] ^= 1 }.description
    #expect(text.contains("expected SHA-256"))
    let small = try failure("GET /owner/model/resolve/\(HubServer.commit)/config.json") {
      $0.content[5] ^= 1
    }.description
    #expect(small.contains("expected git's SHA-1"))
  }

  @Test("Nothing is left of a file with another hash")
  func wrongHashLeavesNothing() throws {
    try FetchedModel.use { model in
      model.server.spoil(Self.store, { $0.content[5] ^= 1 })
      _ = model.failure()
      let blob = model.blob(FetchedModel.weights)
      #expect(!FileManager.default.fileExists(atPath: blob))
      #expect(!FileManager.default.fileExists(atPath: blob + ".incomplete"))
    }
  }

  @Test("A length that is not the announced one is refused before the content")
  func wrongLength() throws {
    let text = try failure(Self.store) { $0.length = 299_999 }.description
    #expect(text.contains("expected 300000 bytes, found an answer of 299999"))
  }

  @Test("A content without an end is left at its announced size")
  func endless() throws {
    let text = try failure(Self.store) { ($0.isEndless, $0.length) = (true, -1) }.description
    #expect(text.contains("expected at most 300000 bytes"))
    let chunked = try failure(Self.store) { ($0.isEndless, $0.isChunked) = (true, true) }
    #expect(chunked.description.contains("expected at most 300000 bytes"))
  }

  @Test("A listing without an end is left")
  func endlessListing() throws {
    let text = try failure(Self.listing) {
      $0.content = [UInt8](repeating: 0x20, count: 1 << 20)
      ($0.isEndless, $0.length) = (true, -1)
    }.description
    #expect(text.contains("at most 33554432 bytes"))
  }

  @Test("Sizes that no disk has are refused")
  func absurdSize() throws {
    let text = try failure(Self.weights) { answer in
      answer.fields = answer.fields.map { field in
        field.name == "X-Linked-Size" ? ("X-Linked-Size", "9223372036854775807") : field
      }
    }.description
    #expect(text.contains("expected at most"))
  }

  @Test(
    "Tags that would leave the cache's folder are refused",
    arguments: [
      "../../../evil", "a/b", "", ".", "..", "x.incomplete", String(repeating: "a", count: 200),
    ])
  func tags(tag: String) throws {
    let text = try failure(Self.weights) { answer in
      answer.fields = answer.fields.map { field in
        field.name == "X-Linked-Etag" ? (field.name, "\"\(tag)\"") : field
      }
    }.description
    #expect(text.contains("ETag"))
  }

  @Test(
    "Listings that name files outside the repository, or are none, are refused",
    arguments: [
      #"{"sha": "COMMIT", "siblings": [{"rfilename": "../evil"}]}"#,
      #"{"sha": "COMMIT", "siblings": [{"rfilename": "/etc/passwd"}]}"#,
      #"{"sha": "COMMIT", "siblings": [{"rfilename": "a//b"}]}"#,
      #"{"sha": "COMMIT", "siblings": [{"rfilename": "a\u0000b"}]}"#,
      #"{"sha": "COMMIT", "siblings": [{}]}"#,
      #"{"sha": "COMMIT", "siblings": 3}"#,
      #"{"sha": "../..", "siblings": []}"#,
      #"{"siblings": []}"#,
      "[]", "", "<html>", #"{"sha": "#,
    ])
  func listings(text: String) throws {
    let text = text.replacing("COMMIT", with: HubServer.commit)
    let failure = try failure(Self.listing) { $0 = .init(200, [], Array(text.utf8)) }
    guard case .unusableAnswer = failure else {
      Issue.record("\(failure)")
      return
    }
  }

  @Test("Indexes and modules.json cannot name files outside either")
  func outside() throws {
    let index = HubServer.File(#"{"weight_map": {"a": "../../evil.safetensors"}}"#)
    let modules = HubServer.File(#"[{"path": "../evil"}]"#)
    let config = HubServer.File("{}")
    for files in [
      ["config.json": config, "model.safetensors.index.json": index],
      ["config.json": config, "modules.json": modules],
    ] {
      try FetchedModel.use(files) { model in
        let text = try #require(model.failure()).description
        #expect(text.contains("evil"))
      }
    }
  }

  @Test(
    "A slash with an accent after it separates folders too, and no path has control characters",
    arguments: [#"../\u0301x"#, #"a/../\u0301x"#, #"a\u009bx"#])
  func accents(path: String) throws {
    let text = #"{"sha": "\#(HubServer.commit)", "siblings": [{"rfilename": "\#(path)"}]}"#
    let failure = try failure(Self.listing) { $0 = .init(200, [], Array(text.utf8)) }
    #expect(failure.description.contains("siblings: expected paths below the repository"))
  }

  @Test("Such a slash leads out of the repository neither in an index nor in modules.json")
  func accentsInFiles() throws {
    let config = HubServer.File("{}")
    let modules = [
      "config.json": config, "modules.json": HubServer.File(#"[{"path": "../\u0301evil"}]"#),
    ]
    let index = [
      "config.json": config, "x/\u{301}evil.safetensors": HubServer.File([1]),
      "model.safetensors.index.json": HubServer.File(
        #"{"weight_map": {"a": "x/\u0301evil.safetensors"}}"#),
    ]
    for (files, words) in [(modules, "modules.json: path"), (index, "index.json: weight_map")] {
      try FetchedModel.use(files) { model in
        let text = try #require(model.failure()).description
        #expect(text.contains("\(words): expected a path in the repository"), "\(text)")
      }
    }
  }

  @Test("A cache that cannot be written is named")
  func unwritable() throws {
    try FetchedModel.use { model in
      // A file in the folder's place: no user may write below it, not even root.
      try model.folder.write("", to: "hub")
      guard case .unwritable(let path, _) = try #require(model.failure()) else {
        Issue.record("expected an unwritable cache")
        return
      }
      #expect(path.hasPrefix(model.folder.path))
    }
  }
}
