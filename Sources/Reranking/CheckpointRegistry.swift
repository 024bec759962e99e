private import FoundationEssentials
import Checkpoints
import JSON

/// The checkpoints whose names say how they are asked: `prompts/checkpoints.json`.
///
/// The file is an object with the key `checkpoints`, an array; see `KnownCheckpoint` for its entries.
public struct CheckpointRegistry: Sendable {
  /// The file's name in a folder of prompts, where it is no prompt.
  public static let fileName = "checkpoints.json"

  /// All names, in the file's order.
  public let checkpoints: [KnownCheckpoint]

  /// The registry that comes with the program; empty where there is none.
  ///
  /// - Throws: `RerankingError.unusablePrompt` for a faulty file.
  public static func installed() throws(RerankingError) -> CheckpointRegistry {
    guard let path = InstalledFiles.path(of: "prompts/\(fileName)") else {
      return CheckpointRegistry(checkpoints: [])
    }
    return try CheckpointRegistry(contentsOf: path)
  }

  /// Reads a registry.
  ///
  /// - Throws: `RerankingError`: `fileMissing`, or `unusablePrompt` for the first thing that is wrong, by
  ///   file and key.
  public init(contentsOf path: String) throws(RerankingError) {
    let value: JSONValue
    do {
      value = try SmallJSONFile.value(path, expected: "a registry of checkpoints")
    } catch {
      throw error.asPromptError
    }
    do {
      checkpoints = try Self.checkpoints(value)
    } catch {
      throw .unusablePrompt(path: path, reason: error.reason)
    }
  }

  private init(checkpoints: [KnownCheckpoint]) {
    self.checkpoints = checkpoints
  }

  private static func checkpoints(_ value: JSONValue) throws(Mismatch) -> [KnownCheckpoint] {
    let file = try StrictObject(value, at: "", required: ["checkpoints"])
    var checkpoints: [KnownCheckpoint] = []
    var places: [String: String] = [:]
    for (index, entry) in try file.value("checkpoints", "an array", \.array).enumerated() {
      let place = "checkpoints[\(index)]"
      for checkpoint in try KnownCheckpoint.entry(entry, at: place) {
        let key = CheckpointName(checkpoint.name).key
        if let earlier = places.updateValue(place, forKey: key) {
          throw Mismatch(
            "\(place).names", expected: "each name once",
            found: "\(checkpoint.name) in \(earlier), too")
        }
        checkpoints.append(checkpoint)
      }
    }
    return checkpoints
  }

  /// The checkpoint that a model directory holds, by its path: the last two names of it
  /// (`castorini/monot5-base-msmarco`), the last one (`castorini-monot5-base-msmarco`, or
  /// `monot5-base-msmarco`), or that of Hugging Face's cache
  /// (`models--castorini--monot5-base-msmarco/snapshots/…`).
  ///
  /// Names are compared without case, and `/`, `-` and `_` are one.
  public func checkpoint(inDirectory path: String) -> KnownCheckpoint? {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    return checkpoint(at: absolute.split(separator: "/").map(String.init))
  }

  /// The checkpoint that a model says in `_name_or_path` to have been loaded from.
  ///
  /// Only a re-ranker is found so: whatever learns to rank was no re-ranker before.
  func origin(named name: String) -> KnownCheckpoint? {
    let found = checkpoint(at: name.split(separator: "/").map(String.init))
    guard case .ranks = found?.use else { return nil }
    return found
  }

  private func checkpoint(at components: [String]) -> KnownCheckpoint? {
    guard let last = components.last else { return nil }
    if let cached = components.suffix(3).last(where: { $0.hasPrefix(Self.cachePrefix) }) {
      return checkpoint(fullName: String(cached.dropFirst(Self.cachePrefix.count)))
    }
    return checkpoint(fullName: components.suffix(2).joined(separator: "/"))
      ?? checkpoint(fullName: last)
      ?? checkpoints.first { CheckpointName($0.name).isShort(last) }
  }

  private func checkpoint(fullName: String) -> KnownCheckpoint? {
    let matches = checkpoints.filter { CheckpointName($0.name).matches(fullName) }
    // A whole name says more than a beginning.
    return matches.first { !CheckpointName($0.name).isBeginning } ?? matches.first
  }

  private static let cachePrefix = "models--"
}
