import Foundation
import Support
import Testing

@Suite("t5rank fetch")
struct FetchTests {
  private static let model = HubServer.repository

  /// A hub that has a model, and a cache of its own for who asks it.
  private struct Hub {
    let server: HubServer
    let home: ScratchFolder
    var variables: [String: String] {
      [
        "HF_ENDPOINT": server.address, "HF_HOME": home.path, "HF_HUB_CACHE": "", "HF_TOKEN": "",
        "HF_TOKEN_PATH": "",
      ]
    }

    init() throws {
      let tiny = try TinyModel()
      var files: [String: HubServer.File] = [:]
      for name in ["config.json", "model.safetensors", "spiece.model"] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(tiny.path)/\(name)"))
        files[name] = HubServer.File(Array(data), isLarge: name != "config.json")
      }
      server = try HubServer(files)
      home = try ScratchFolder()
    }

    func run(_ arguments: [String], in folder: ScratchFolder? = nil) throws -> Program.Outcome {
      try Program.run(arguments, input: Texts.request(), in: folder, variables: variables)
    }
  }

  @Test("What was fetched ranks by its name and by the path that was written, without the hub")
  func fetchedModelRanks() throws {
    let hub = try Hub()
    let fetched = try hub.run(["fetch", Self.model])
    #expect(fetched.status == 0, "\(fetched.errors)")
    #expect(fetched.errors.isEmpty)
    let path = try fetched.line(0)
    #expect(path.hasPrefix(hub.home.path))
    let requests = hub.server.requests.count
    let byName = try hub.run(["--model", Self.model])
    #expect(byName.status == 0, "\(byName.errors)")
    #expect(byName.output == (try hub.run(["--model", path])).output)
    #expect(try hub.run(["inspect", Self.model]).status == 0)
    #expect(hub.server.requests.count == requests)
  }

  @Test("A model that was not fetched is not fetched by itself; the error says how to")
  func notFetched() throws {
    let hub = try Hub()
    for arguments in [
      ["--model", Self.model], ["inspect", Self.model], ["bench", "--model", Self.model],
      ["train", "--output", "out", "--data", "x.jsonl", "--model", Self.model],
      ["index", "--index", "i", "--corpus", #filePath, "--encoder", Self.model],
    ] {
      let run = try hub.run(arguments, in: hub.home)
      #expect(run.status == 4, "\(arguments): \(run.errors)")
      #expect(run.errors.contains("t5rank fetch \(Self.model)"), "\(arguments): \(run.errors)")
    }
    #expect(hub.server.requests.isEmpty)
  }

  @Test("A directory goes before a fetched model of its name")
  func directoryFirst() throws {
    let hub = try Hub()
    #expect(try hub.run(["fetch", "-q", Self.model]).status == 0)
    let folder = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/\(Self.model)", withIntermediateDirectories: true)
    let run = try hub.run(["--model", Self.model], in: folder)
    #expect(run.status == 4)
    #expect(run.errors.contains("config.json"))
  }

  @Test("Failures have their exit status, and one sentence")
  func failures() throws {
    let hub = try Hub()
    let faults: [(HubServer.Fault, Int32)] = [
      ({ $0 = .init(401) }, 4), ({ $0 = .init(404) }, 4), ({ $0 = .init(200, [], [0x5B]) }, 5),
      ({ $0 = .init(429, [("Retry-After", "9999")]) }, 6),
    ]
    for (fault, status) in faults {
      hub.server.spoil("GET /api/", fault)
      let run = try hub.run(["fetch", Self.model])
      #expect(run.status == status, "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(
        run.errors.hasPrefix("t5rank: error: ") && run.errors.split(separator: "\n").count == 1)
    }
    for arguments in [
      ["fetch"], ["fetch", "a", "b"], ["fetch", "../a"], ["fetch", "--revision", "..", "a/b"],
    ] {
      #expect(try hub.run(arguments).status == 2)
    }
  }

  @Test("A fetch that a signal ends is gone on with by the next one")
  func interrupted() throws {
    let hub = try Hub()
    // The connection stays open behind what is sent, so that the program waits.
    hub.server.spoil("GET /store/model.safetensors", { ($0.cut, $0.staysOpen) = (100_000, true) })
    let program = try RunningProgram(
      ["fetch", Self.model], in: hub.home, variables: hub.variables)
    let blobs = "\(hub.home.path)/hub/models--owner--model/blobs"
    var size = 0
    while program.isRunning, size < 100_000 {
      usleep(1000)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: blobs)) ?? []
      for name in names where name.hasSuffix(".incomplete") {
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(blobs)/\(name)")
        size = max(size, attributes?[.size] as? Int ?? 0)
      }
    }
    program.send(SIGINT)
    #expect(program.status() == 130)
    #expect(try hub.run(["fetch", Self.model]).status == 0)
    let ranges = hub.server.storeRequests.compactMap { $0.fields["range"] }
    #expect(ranges == ["bytes=100000-"])
  }
}
