import Foundation
import ModelHub
import Support
import Synchronization

/// A hub, an empty cache, and a program that fetches from one into the other.
struct FetchedModel {
  let server: HubServer
  let folder: TemporaryFolder
  /// What the user was told.
  let notes = Recorder<String>()
  /// The pauses that were asked for, in seconds.
  let pauses = Recorder<Double>()
  let progress = Recorder<FetchProgress>()
  var token: String?

  /// Content in which every byte tells its place, so that no cut and no gap goes unseen.
  static let weights = HubServer.File(
    (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }, isLarge: true)
  static let model: [String: HubServer.File] = [
    "config.json": HubServer.File(#"{"model_type": "t5"}"#),
    "model.safetensors": weights,
    "spiece.model": HubServer.File([1, 2, 3], isLarge: true),
    "README.md": HubServer.File("# A model"),
    "onnx/model.onnx": HubServer.File([9]),
    "tf_model.h5": HubServer.File([9]),
    "pytorch_model.bin": HubServer.File([9]),
  ]

  /// Does something with a hub that has some files and a cache that has none.
  static func use(
    _ files: [String: HubServer.File] = model, token: String? = nil,
    _ body: (FetchedModel) throws -> Void
  ) throws {
    try TemporaryFolder.use { folder in
      try body(
        FetchedModel(server: try HubServer(files), folder: folder, token: token))
    }
  }

  var repositoryFolder: String { folder.path(of: "hub/models--owner--model") }
  var snapshot: String { "\(repositoryFolder)/snapshots/\(HubServer.commit)" }

  /// The path of a file's content in the cache.
  func blob(_ file: HubServer.File) -> String {
    "\(repositoryFolder)/blobs/\(HubServer.tag(of: file))"
  }

  func environment() throws -> HubEnvironment {
    var variables = ["HF_HOME": folder.path, "HF_ENDPOINT": server.address]
    variables["HF_TOKEN"] = token
    return try HubEnvironment(variables)
  }

  @discardableResult
  func fetch(_ revision: String = "main", isVerifying: Bool = false) throws -> String {
    guard let name = RepositoryName(HubServer.repository), let revision = Revision(revision) else {
      throw CocoaError(.featureUnsupported)
    }
    return try ModelFetcher(
      name, environment: environment(), retries: Retries(wait: pauses.record),
      progress: progress.record, note: notes.record
    ).fetch(revision, isVerifying: isVerifying)
  }

  /// The error of a fetch that must fail.
  func failure(_ revision: String = "main") -> HubError? {
    do {
      try fetch(revision)
      return nil
    } catch {
      return error as? HubError
    }
  }

  /// The paths of all files in the snapshot, sorted.
  func fetchedPaths() -> [String] {
    (FileManager.default.enumerator(atPath: snapshot)?.compactMap { $0 as? String } ?? [])
      .filter { (try? content($0)) != nil }.sorted()
  }

  func content(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(snapshot)/\(path)")))
  }
}

/// A list that several threads add to.
final class Recorder<Element: Sendable>: Sendable {
  private let list = Mutex<[Element]>([])

  var all: [Element] { list.withLock { $0 } }

  @Sendable func record(_ element: Element) { list.withLock { $0.append(element) } }
}
